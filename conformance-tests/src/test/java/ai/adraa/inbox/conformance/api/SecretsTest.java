package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Mailbox;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No secret reaches the log or the database, whatever is asked and whatever goes wrong. */
class SecretsTest {
  private static final String SMTP_PASSWORD = "example-smtp-password";

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void neitherTheLogNorTheDatabaseHasAnySecret(String logFormat, @TempDir Path directory)
      throws Exception {
    Path database = directory.resolve("inbox.db");
    Tool.Finished created =
        ServerProcess.run(
            Map.of(),
            "workspace",
            "create",
            "--name",
            "acme",
            "--admin",
            "ada@acme.example",
            "--database",
            database.toString());
    assertThat(created.exitCode()).as(created.err()).isZero();
    List<String> secrets = new ArrayList<>(List.of(SMTP_PASSWORD));
    String prefix;
    String code;
    String log;
    try (Mailbox mail = Mailbox.start("inbox", SMTP_PASSWORD);
        ServerProcess server =
            ServerProcess.serve(
                database,
                Map.of(
                    "ADRAA_LOG_LEVEL",
                    "TRACE",
                    "ADRAA_LOG_FORMAT",
                    logFormat,
                    "ADRAA_SMTP",
                    "smtp://inbox:" + SMTP_PASSWORD + "@127.0.0.1:" + mail.port(),
                    "ADRAA_MAIL_FROM",
                    "inbox@adraa.example"))) {
      code =
          mail.codeMailedBy(
              () ->
                  TestInbox.requestCode(request(server), "ada@acme.example")
                      .then()
                      .statusCode(202));
      Response signedIn = TestInbox.enterCode(request(server), "ada@acme.example", code);
      assertThat(signedIn.statusCode()).as(signedIn.asString()).isEqualTo(201);
      String session = signedIn.cookie("adraa_session");
      secrets.add(session);
      String tokens = "/api/v1/workspaces/" + signedIn.path("session.workspaces[0].id") + "/tokens";

      Response token =
          json(server, Map.of("name", "CRM integration"))
              .cookie("adraa_session", session)
              .post(tokens);
      String secret = token.path("secret");
      secrets.add(secret);
      prefix = token.path("token.prefix");
      assertThat(server.verify(secret)).isEqualTo(200);
      String otherCode =
          mail.codeMailedBy(
              () ->
                  TestInbox.requestCode(request(server), "ada@acme.example")
                      .then()
                      .statusCode(202));
      String bearer =
          json(
                  server,
                  Map.of("email", "ada@acme.example", "code", otherCode, "credential", "bearer"))
              .post("/api/v1/session")
              .then()
              .statusCode(201)
              .extract()
              .path("secret");
      secrets.add(bearer);
      request(server)
          .header("Authorization", "Bearer " + bearer)
          .get("/api/v1/session")
          .then()
          .statusCode(200);
      request(server)
          .header("Authorization", "Bearer " + bearer)
          .get("/api/v1/me")
          .then()
          .statusCode(401);
      request(server).queryParam("session", bearer).get("/api/v1/session").then().statusCode(401);
      request(server).get("/api/v1/" + bearer).then().statusCode(404);
      request(server).cookie("adraa_session", bearer).get("/api/v1/session").then().statusCode(401);
      // What callers do wrong: the secret where it does not belong, and requests that fail.
      request(server).queryParam("token", secret).get("/api/v1/me").then().statusCode(401);
      request(server).get("/api/v1/" + secret).then().statusCode(404);
      request(server).get("/api/v1/" + session).then().statusCode(404);
      request(server).cookie("adraa_session", secret).get("/api/v1/session").then().statusCode(401);
      for (String path :
          List.of(
              "/%61draa_" + secret.substring(6),
              "/%2561draa_" + secret.substring(6),
              "/x;token=" + secret,
              "/" + secret + "%0A2026-01-01T00:00:00.000Z INFO forged",
              "/x?token=" + secret + " bad",
              "/" + secret.substring(0, 30) + "%C3%A9" + secret.substring(30))) {
        RawHttp.exchange(server.url(), "GET " + path + " HTTP/1.1", "Host: x", "Connection: close");
      }
      RawHttp.exchange(server.url(), secret + " / HTTP/1.1", "Host: x", "Connection: close");
      request(server).header("Authorization", secret).get("/api/v1/me").then().statusCode(401);
      request(server)
          .contentType(ContentType.JSON)
          .body("{\"email\":\"" + secret + "\",\"code\":" + secret)
          .post("/api/v1/session")
          .then()
          .statusCode(400);
      json(server, Map.of(secret, secret)).post("/api/v1/session").then().statusCode(400);
      json(server, Map.of("name", "x", secret, "y"))
          .cookie("adraa_session", session)
          .post(tokens)
          .then()
          .statusCode(400);
      breakTable(database, "api_token", "api_token_away");
      assertThat(server.verify(secret)).isEqualTo(500);
      breakTable(database, "api_token_away", "api_token");
      breakTable(database, "session", "session_away");
      String requestId =
          request(server)
              .cookie("adraa_session", session)
              .get("/api/v1/session")
              .then()
              .statusCode(500)
              .extract()
              .header("X-Request-Id");
      breakTable(database, "session_away", "session");
      request(server)
          .cookie("adraa_session", session)
          .post(tokens + "/" + token.path("token.id") + "/revoke")
          .then()
          .statusCode(200);
      assertThat(server.verify(secret)).isEqualTo(401);
      request(server).cookie("adraa_session", session).delete("/api/v1/session");
      server.terminate();
      log = server.log();
      // The search finds what is there.
      assertThat(log).contains(requestId).contains("A request failed").contains("verifyToken");
    }

    String files = contents(directory, "inbox.db");
    assertThat(files).contains(prefix);
    for (String secret : secrets) {
      assertThat(log).doesNotContain(secret);
      assertThat(files).doesNotContain(secret);
    }
    assertThat(log).doesNotContainPattern("(?<![0-9])" + code + "(?![0-9])");
    assertThat(files).doesNotContainPattern("(?<![0-9])" + code + "(?![0-9])");
    assertThat(log).doesNotContain(secrets.get(3).substring(14));
    // Not even the part of the secret that follows its prefix.
    assertThat(log).doesNotContain(secrets.get(2).substring(14));
    assertThat(files).doesNotContain(secrets.get(2).substring(14));
  }

  private static RequestSpecification request(ServerProcess server) {
    return RestAssured.given().baseUri(server.url().toString());
  }

  private static RequestSpecification json(ServerProcess server, Map<String, String> body) {
    return request(server).contentType(ContentType.JSON).body(body);
  }

  /** Makes the server fail for real: its statements find no table. */
  private static void breakTable(Path database, String from, String to) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database)) {
      connection.createStatement().execute("PRAGMA busy_timeout = 10000");
      connection.createStatement().execute("ALTER TABLE " + from + " RENAME TO " + to);
    }
  }

  /** All files of the database, the log of its last writes included. */
  private static String contents(Path directory, String name) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file :
          files.filter(path -> path.getFileName().toString().startsWith(name)).toList()) {
        bytes.write(Files.readAllBytes(file));
      }
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }
}
