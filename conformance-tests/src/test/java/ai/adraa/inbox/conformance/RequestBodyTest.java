package ai.adraa.inbox.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A wrong body is refused with the field named, and creates nothing. */
class RequestBodyTest {
  private static TestInbox inbox;
  private static TestInbox.SignedIn admin;

  private int created;

  @BeforeAll
  static void start() {
    inbox = TestInbox.start();
    admin = inbox.workspace("acme");
  }

  @AfterAll
  static void stop() {
    inbox.close();
  }

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
        "{\"name\":\"\"}                 | name | must have 1 to 100 characters",
        "{\"name\":\"  \\t \"}           | name | must have 1 to 100 characters",
        "{\"name\":\"a\\u0007b\"}        | name | must not contain control characters",
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
        .body("error.details.message", contains("must have 1 to 100 characters"));
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
