package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Certificate;
import ai.adraa.inbox.conformance.support.Http2Connection;
import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.RestAssured;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Callers who are gone before they are answered: by a reset, which clients that crash and balancers
 * send, or in the middle of a pipeline. Each request ends all the same, so none keeps a worker
 * thread, and each is in the access log.
 */
@Tag("faults")
class DisconnectTest {
  private static final int RESETS = 200;
  // More than there are worker threads.
  private static final int WAITING = 40;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"sqlite", "postgresql"})
  @Timeout(180)
  void aCallerWhoIsGoneKeepsNoThread(String database) throws Exception {
    String location = location(database);
    TestInbox.SignedIn admin = TestInbox.prepare(location);
    try (ServerProcess server = ServerProcess.serve(directory, location, Map.of())) {
      URI url = server.url();
      for (byte[] request : requests(admin)) {
        for (int i = 0; i < RESETS; i++) {
          reset(url, request);
        }
      }
      for (byte[] request : requests(admin)) {
        ByteArrayOutputStream six = new ByteArrayOutputStream();
        for (int i = 0; i < 6; i++) {
          six.writeBytes(request);
        }
        for (int i = 0; i < 20; i++) {
          reset(url, six.toByteArray());
          try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream().write(six.toByteArray());
          }
        }
      }
      assertAnswersAtOnce(server, admin);
      assertStopsAtOnce(server);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sqlite", "postgresql"})
  @Timeout(180)
  void aCallerWhoIsGoneKeepsNoThreadOverHttp2(String database) throws Exception {
    String location = location(database);
    TestInbox.SignedIn admin = TestInbox.prepare(location);
    Certificate certificate = Certificate.make(directory);
    Path certificateFile =
        Files.writeString(directory.resolve("tls.crt"), certificate.certificatePem());
    Path keyFile = Files.writeString(directory.resolve("tls.key"), certificate.keyPem());
    try (ServerProcess server =
        ServerProcess.serve(
            directory,
            location,
            Map.of(),
            "--tls-certificate",
            "" + certificateFile,
            "--tls-key",
            "" + keyFile)) {
      SSLContext trust = Certificate.trusting(certificate);
      for (String path : List.of("/api/v1/session", "/api/v1/me?x", "/api/v1/none", "/")) {
        for (int i = 0; i < RESETS / 4; i++) {
          Http2Connection connection = new Http2Connection(server.url(), trust);
          for (int stream = 1; stream < 8; stream += 2) {
            connection.get(stream, path);
          }
          connection.reset();
        }
        // Without a window no response can be written: that takes no thread either.
        List<Http2Connection> unread = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          Http2Connection connection = new Http2Connection(server.url(), trust, 0);
          for (int stream = 1; stream < 16; stream += 2) {
            connection.get(stream, path);
          }
          unread.add(connection);
        }
        try (Http2Connection other = new Http2Connection(server.url(), trust)) {
          other.get(1, "/api/v1/session");
          assertThat(other.body(1)).contains("MISSING_SESSION");
        }
        for (Http2Connection connection : unread) {
          connection.reset();
        }
      }
      awaitNoBusyWorker(server);
      try (Http2Connection other = new Http2Connection(server.url(), trust)) {
        other.get(1, "/api/v1/me?x");
        assertThat(other.body(1)).contains("MISSING_TOKEN");
      }
      assertStopsAtOnce(server);
    }
  }

  /** The server surely has each of these: they wait for a lock when their callers go. */
  @ParameterizedTest
  @ValueSource(strings = {"sqlite", "postgresql"})
  @Timeout(120)
  void aRequestWhoseCallerIsGoneIsInTheAccessLog(String database) throws Exception {
    String location = location(database);
    TestInbox.SignedIn admin = TestInbox.prepare(location);
    try (ServerProcess server = ServerProcess.serve(directory, location, Map.of())) {
      List<Socket> waiting = new ArrayList<>();
      try (Connection other =
              DriverManager.getConnection(
                  location.startsWith("jdbc:") ? location : "jdbc:sqlite:" + location);
          Statement lock = other.createStatement()) {
        lock.execute("BEGIN" + (database.equals("sqlite") ? " IMMEDIATE" : ""));
        if (database.equals("postgresql")) {
          lock.execute("LOCK TABLE sign_in_code IN EXCLUSIVE MODE");
        }
        for (int i = 0; i < WAITING; i++) {
          Socket socket = new Socket(server.url().getHost(), server.url().getPort());
          socket.getOutputStream().write(LoadConnection.code("a" + i + "@acme.example"));
          waiting.add(socket);
        }
        await()
            .until(
                () ->
                    metric(server, "adraa_workers_busy") + metric(server, "adraa_workers_waiting")
                        >= WAITING);
        for (Socket socket : waiting) {
          socket.setSoLinger(true, 0);
          socket.close();
        }
        lock.execute("ROLLBACK");
      }
      awaitNoBusyWorker(server);
      await()
          .untilAsserted(
              () ->
                  assertThat(
                          server
                              .log()
                              .lines()
                              .filter(line -> line.contains(" POST /api/v1/sign-in-codes ")))
                      .hasSize(WAITING));
      assertAnswersAtOnce(server, admin);
      assertStopsAtOnce(server);
    }
  }

  private String location(String database) {
    return database.equals("sqlite")
        ? directory.resolve("inbox.db").toString()
        : Postgres.shared().url(Postgres.shared().newDatabase());
  }

  /** A request for each operation, on the short path and through Jersey, and for other paths. */
  private static List<byte[]> requests(TestInbox.SignedIn admin) {
    String session = "Cookie: adraa_session=" + admin.session();
    return List.of(
        RawHttp.head("GET /api/v1/me HTTP/1.1", "Host: x"),
        RawHttp.head("GET /api/v1/me HTTP/1.1", "Host: x", "Accept: application/*"),
        RawHttp.head("GET /api/v1/session HTTP/1.1", "Host: x"),
        RawHttp.head("GET /api/v1/session HTTP/1.1", "Host: x", session),
        RawHttp.head("DELETE /api/v1/session HTTP/1.1", "Host: x"),
        RawHttp.head("POST /api/v1/none HTTP/1.1", "Host: x", "Content-Length: 5"),
        RawHttp.head("GET / HTTP/1.1", "Host: x"),
        LoadConnection.code("ada@acme.example"),
        post("/api/v1/session", "{\"email\":\"ada@acme.example\",\"code\":\"000000\"}"),
        LoadConnection.list(admin),
        LoadConnection.create(admin, "gone"),
        LoadConnection.revoke(admin, "none"),
        RawHttp.head(
            "GET /api/v1/workspaces/" + admin.workspaceId() + "/tokens/none HTTP/1.1",
            "Host: x",
            session));
  }

  private static byte[] post(String path, String body) {
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static void reset(URI url, byte[] request) throws IOException {
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoLinger(true, 0);
      socket.getOutputStream().write(request);
    }
  }

  private static void assertAnswersAtOnce(ServerProcess server, TestInbox.SignedIn admin)
      throws IOException {
    awaitNoBusyWorker(server);
    try (LoadConnection caller = new LoadConnection(server.url())) {
      TestInbox.NewToken token = caller.send(LoadConnection.create(admin, "after")).newToken();
      assertThat(caller.send(LoadConnection.verify(token.secret())).status()).isEqualTo(200);
      assertThat(caller.send(LoadConnection.list(admin)).status()).isEqualTo(200);
      assertThat(caller.send(LoadConnection.revoke(admin, token.id())).status()).isEqualTo(200);
      assertThat(caller.send(LoadConnection.verify(token.secret())).status()).isEqualTo(401);
    }
  }

  private static void awaitNoBusyWorker(ServerProcess server) {
    await()
        .atMost(30, TimeUnit.SECONDS)
        .untilAsserted(
            () -> {
              assertThat(metric(server, "adraa_workers_busy")).isZero();
              assertThat(metric(server, "adraa_workers_waiting")).isZero();
              assertThat(metric(server, "adraa_request_bodies_bytes")).isZero();
            });
  }

  private static long metric(ServerProcess server, String name) throws IOException {
    return RestAssured.given()
        .baseUri("" + server.managementUrl())
        .get("/metrics")
        .asString()
        .lines()
        .filter(line -> line.matches(name + "[ {].*"))
        .mapToLong(
            line -> Math.round(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))))
        .sum();
  }

  /** Nothing is left for which a stop would have to wait. */
  private static void assertStopsAtOnce(ServerProcess server) throws Exception {
    server.terminate();
    assertThat(server.log())
        .contains("Stopping; this takes at most 30 s")
        .containsPattern("Stopped in [0-9]{1,4} ms")
        .doesNotContain("A request failed")
        .doesNotContain("already completed");
  }
}
