package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A wrong body is refused with the field named, and creates nothing. */
class RequestBodyTest {
  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static final TestInbox.SignedIn admin = inbox.workspace("acme");

  private int created;

  @AfterEach
  void nothingElseWasCreated() {
    Response all = inbox.request(admin).get("/api/v1/workspaces/{id}/tokens", admin.workspaceId());
    all.<List<String>>path("tokens.findAll { it.status == 'active' }.id")
        .forEach(id -> inbox.revoke(admin, id));
    assertThat(all.<List<String>>path("tokens.findAll { it.status == 'active' }.id"))
        .hasSize(created);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                              | name | is required",
        "{\"name\":null}                 | name | is required",
        "{\"name\":1}                    | name | must be a string",
        "{\"name\":true}                 | name | must be a string",
        "{\"name\":[\"x\"]}              | name | must be a string",
        "{\"name\":{}}                   | name | must be a string",
        "{\"name\":\"\"}                 | name | must be 1 to 100 characters long",
        "{\"name\":\"  \\t \"}           | name | must be 1 to 100 characters long",
        "{\"name\":\"a\\u0007b\"}        | name | must not contain control, format or line separator characters",
        "{\"name\":\"\\ud83d\"}          | name | must be a string",
        "{\"name\":\"x\",\"admin\":true} | admin | is not a known field",
        "{\"Name\":\"x\"}                | Name | is not a known field",
        "null                            | body | is required",
        "[]                              | body | must be a JSON object",
        "\"x\"                           | body | must be a JSON object",
        "1                               | body | must be a JSON object",
      })
  void aWrongFieldIsNamed(String body, String field, String message) {
    create(body.getBytes(StandardCharsets.UTF_8))
        .then()
        .statusCode(400)
        .body("error.code", equalTo("VALIDATION_ERROR"))
        .body("error.details.field", contains(field))
        .body("error.details.message", contains(message));
  }

  @Test
  void anEmptyBodyIsNamed() {
    create(new byte[0])
        .then()
        .statusCode(400)
        .body("error.code", equalTo("VALIDATION_ERROR"))
        .body("error.details.field", contains("body"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"name\":",
        "{'name':'x'}",
        "{\"name\":\"x\"} x",
        "{\"name\":\"x\"}{}",
        "name=x",
        "{\"name\":\"x\",\"name\":\"y\"}",
        "{\"name\":\"a\nb\"}",
        "{\"name\":NaN}"
      })
  void whatIsNotJsonIsABadRequest(String body) {
    create(body.getBytes(StandardCharsets.UTF_8))
        .then()
        .statusCode(400)
        .body("error.code", equalTo("BAD_REQUEST"));
  }

  /** Here the extension of a chunk never ends: the connection is not idle, and no body arrives. */
  @Test
  @Tag("faults")
  void aBodyThatDoesNotEndIsABadRequest() throws Exception {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (RawHttp connection = new RawHttp(inbox.url())) {
      connection.send(
          "POST /api/v1/sign-in-codes HTTP/1.1",
          "Host: localhost",
          "Content-Type: application/json",
          "Transfer-Encoding: chunked");
      connection.send("2;extension=".getBytes(StandardCharsets.US_ASCII));
      var unused =
          timer.scheduleWithFixedDelay(
              () -> connection.send(new byte[] {'x'}), 1, 1, TimeUnit.SECONDS);
      assertThat(connection.answer().status()).isEqualTo(400);
    } finally {
      timer.shutdownNow();
    }
  }

  static Stream<Arguments> bodiesMadeToHarm() {
    String zeros = "0".repeat(10_000);
    return Stream.of(
            Map.entry("deep arrays", "[".repeat(64 * 1024)),
            Map.entry("a deep array in the field", "{\"name\":" + "[".repeat(1000)),
            Map.entry("deep objects", "{\"name\":".repeat(5000)),
            Map.entry("a long name of a field", "{\"" + "a".repeat(60_000) + "\":1}"),
            Map.entry("a number of many digits", "{\"name\":1" + zeros + "}"),
            Map.entry("an array with such a number", "[1" + zeros + "]"),
            Map.entry("a huge exponent", "{\"name\":1e999999999}"),
            Map.entry("a long exponent", "{\"name\":1e" + zeros + "}"),
            Map.entry("a long fraction", "{\"name\":0." + zeros + "1}"),
            Map.entry("a number in an unknown field", "{\"x\":1e999999999,\"name\":\"x\"}"),
            Map.entry("a long string", "{\"name\":\"" + "a".repeat(65_000) + "\"}"),
            Map.entry("a comment", "{/* x */\"name\":\"x\"}"),
            Map.entry("a NUL", "{\"name\":\"x\u0000\"}"),
            Map.entry("an escaped NUL", "{\"name\":\"x\\u0000\"}"),
            Map.entry("two byte order marks", "\uFEFF\uFEFF{\"name\":\"x\"}"),
            Map.entry("a byte order mark at the end", "{\"name\":\"x\"}\uFEFF"),
            Map.entry("only a byte order mark", "\uFEFF"),
            Map.entry("half an escape", "{\"name\":\"\\u12\"}"),
            Map.entry("a lone low surrogate", "{\"name\":\"\\udc00\"}"))
        .map(body -> Arguments.of(body.getKey(), body.getValue().getBytes(StandardCharsets.UTF_8)));
  }

  static Stream<Arguments> bodiesInOtherCharsets() {
    return Stream.of(
            StandardCharsets.UTF_16,
            StandardCharsets.UTF_16BE,
            StandardCharsets.UTF_16LE,
            Charset.forName("UTF-32"))
        .map(charset -> Arguments.of(charset.name(), "{\"name\":\"x\"}".getBytes(charset)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"bodiesMadeToHarm", "bodiesInOtherCharsets"})
  void aBodyMadeToHarmIsAnOrdinaryBadRequest(String what, byte[] body) {
    Response response = create(body);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.<String>path("error.code")).isIn("BAD_REQUEST", "VALIDATION_ERROR");
    assertThat(response.asString()).hasSizeLessThan(500).doesNotContain("Exception", "jackson");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"iso-8859-1", "cp1252", "utf-16", "nonsense", "\"utf-7\"", "utf 8", "'utf-8'"})
  void aDeclaredCharsetOtherThanUtf8IsRefused(String charset) {
    declared(charset).then().statusCode(415).body("error.code", equalTo("UNSUPPORTED_MEDIA_TYPE"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"utf-8", "UTF-8", "\"utf-8\"", "utf8", "UTF_8", "us-ascii", "ASCII"})
  void anyNameOfUtf8AndOfItsPartAsciiIsRead(String charset) {
    assertThat(declared(charset).statusCode()).isEqualTo(201);
    created = 1;
  }

  private static Response declared(String charset) {
    return inbox
        .request(admin)
        .config(
            RestAssured.config()
                .encoderConfig(
                    EncoderConfig.encoderConfig()
                        .appendDefaultContentCharsetToContentTypeIfUndefined(false)))
        .header("Content-Type", "application/json; charset=" + charset)
        .body("{\"name\":\"x\"}".getBytes(StandardCharsets.UTF_8))
        .post("/api/v1/workspaces/{id}/tokens", admin.workspaceId());
  }

  @Test
  void aByteOrderMarkBeforeTheJsonIsSkipped() {
    create("\uFEFF{\"name\":\"Büro\"}".getBytes(StandardCharsets.UTF_8))
        .then()
        .statusCode(201)
        .body("token.name", equalTo("Büro"));
    created = 1;
  }

  @Test
  void bytesThatAreNotUtf8AreABadRequest() {
    byte[] body = "{\"name\":\"xx\"}".getBytes(StandardCharsets.UTF_8);
    body[9] = (byte) 0xC3;
    body[10] = (byte) 0x28;

    create(body).then().statusCode(400).body("error.code", equalTo("BAD_REQUEST"));
  }

  @Test
  void charactersAreCountedAsPeopleDo() {
    String emoji = "🚀".repeat(100);
    assertThat(name(emoji).statusCode()).isEqualTo(201);
    created = 1;

    name(emoji + "🚀")
        .then()
        .statusCode(400)
        .body("error.details.message", contains("must be 1 to 100 characters long"));
  }

  @Test
  void whiteSpaceAroundANameIsRemoved() {
    name(" \u2003CRM  integration\n")
        .then()
        .statusCode(201)
        .body("token.name", equalTo("CRM  integration"));
    created = 1;
  }

  @Test
  void namesNeedNotBeUnique() {
    assertThat(name("twin").statusCode()).isEqualTo(201);
    assertThat(name("twin").statusCode()).isEqualTo(201);
    created = 2;
  }

  @Test
  void otherMediaTypesAreRefused() {
    for (String type :
        List.of("text/plain", "application/x-www-form-urlencoded", "application/xml")) {
      inbox
          .request(admin)
          .contentType(type)
          .body("{\"name\":\"x\"}")
          .post("/api/v1/workspaces/{id}/tokens", admin.workspaceId())
          .then()
          .statusCode(415)
          .body("error.code", equalTo("UNSUPPORTED_MEDIA_TYPE"));
    }
  }

  private static Response name(String name) {
    return inbox
        .request(admin)
        .contentType(ContentType.JSON)
        .body(Map.of("name", name))
        .post("/api/v1/workspaces/{id}/tokens", admin.workspaceId());
  }

  private static Response create(byte[] body) {
    return inbox
        .request(admin)
        .contentType(ContentType.JSON)
        .body(body)
        .post("/api/v1/workspaces/{id}/tokens", admin.workspaceId());
  }
}
