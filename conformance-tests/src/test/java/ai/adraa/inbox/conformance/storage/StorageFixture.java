package ai.adraa.inbox.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.client.ConsoleSession;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A database file with an active and a revoked token, of which each test breaks a copy under a
 * server in a process of its own.
 */
abstract class StorageFixture {
  /** Leaves the log to the database's messages. */
  static final Map<String, String> QUIET = Map.of("ADRAA_ACCESS_LOG", "off");

  static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();

  @TempDir private static Path shared;
  static Path template;
  static String session;
  static String workspaceId;
  static TestInbox.NewToken active;
  static TestInbox.NewToken revoked;

  @TempDir Path directory;
  Path database;

  // The session stays valid in the copies of this database.
  @BeforeAll
  static void makeTemplate() throws IOException {
    try (TestInbox inbox = TestInbox.start()) {
      TestInbox.SignedIn admin = inbox.workspace("acme");
      session = admin.session();
      workspaceId = admin.workspaceId();
      active = inbox.createToken(admin, "active");
      revoked = inbox.createToken(admin, "revoked");
      assertThat(inbox.revoke(admin, revoked.id()).statusCode()).isEqualTo(200);
      inbox.stopServer();
      template = Files.copy(inbox.database(), shared.resolve("template.db"));
    }
  }

  @BeforeEach
  void nameDatabase() {
    database = directory.resolve("inbox.db");
  }

  /** Verifies an active, a revoked and an unknown token. */
  static void assertVerifies(ServerProcess server) throws Exception {
    assertThat(server.verify(active.secret())).as("active").isEqualTo(200);
    assertThat(server.verify(revoked.secret())).as("revoked").isEqualTo(401);
    assertThat(server.verify("adraa_" + "0".repeat(48))).as("unknown").isEqualTo(401);
  }

  static void assertUnavailable(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
    assertThat(response.body()).contains("{\"error\":{\"code\":\"SERVICE_UNAVAILABLE\"");
    assertThat(response.headers().firstValue("Retry-After")).hasValue("5");
  }

  /** Each failure is logged once, without a stack trace. */
  static void assertQuiet(ServerProcess server) throws IOException {
    assertThat(server.log()).doesNotContain("\tat ").doesNotContain("A request failed");
    assertThat(server.log().lines()).hasSizeLessThan(40);
  }

  static void assertSound(Path database) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        ResultSet check = connection.createStatement().executeQuery("PRAGMA integrity_check")) {
      assertThat(check.getString(1)).isEqualTo("ok");
    }
  }

  /** Puts a backup in the place of the database, as {@code mv} does. */
  void replaceByTemplate() throws IOException {
    Path copy = directory.resolve("backup.db");
    Files.copy(template, copy);
    Files.move(copy, database, StandardCopyOption.REPLACE_EXISTING);
  }

  void command(String... arguments) throws Exception {
    ServerProcess.run(Map.of("ADRAA_DATABASE", database.toString()), arguments).succeeded();
  }

  static ConsoleSession console(ServerProcess server) {
    return AdraaInbox.builder().baseUrl(server.url()).retries(0).build().resumeSession(session);
  }

  static HttpResponse<String> create(ServerProcess server) throws Exception {
    return HTTP.send(createRequest(server), HttpResponse.BodyHandlers.ofString());
  }

  static HttpRequest createRequest(ServerProcess server) {
    return console(server, "")
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"storage\"}"))
        .build();
  }

  static HttpResponse<String> revoke(ServerProcess server, String id) throws Exception {
    HttpRequest request =
        console(server, "/" + id + "/revoke").POST(HttpRequest.BodyPublishers.noBody()).build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
  }

  static HttpRequest.Builder console(ServerProcess server, String path) {
    return HttpRequest.newBuilder(
            URI.create(server.url() + "/api/v1/workspaces/" + workspaceId + "/tokens" + path))
        .header("Cookie", "adraa_session=" + session)
        .timeout(Duration.ofMinutes(1));
  }

  static HttpResponse<String> list(ServerProcess server) throws Exception {
    return HTTP.send(console(server, "").build(), HttpResponse.BodyHandlers.ofString());
  }

  static int ready(ServerProcess server) throws Exception {
    return askReadiness(server).statusCode();
  }

  /** Returns the body of {@code /health/ready}. */
  static String readiness(ServerProcess server) throws Exception {
    return askReadiness(server).body();
  }

  private static HttpResponse<String> askReadiness(ServerProcess server) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.managementUrl() + "/health/ready")).build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
  }

  static String secret(HttpResponse<String> created) {
    return JsonPath.from(created.body()).getString("secret");
  }
}
