package ai.adraa.inbox.conformance;

import static ai.adraa.inbox.conformance.Http2Connection.DATA;
import static ai.adraa.inbox.conformance.Http2Connection.HEADERS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 as it comes over the wire, frame by frame. */
@Tag("once")
class Http2Test {
  // More than the server has worker threads.
  private static final int CALLERS = 20;

  @TempDir private static Path directory;
  private static ServerProcess server;
  private static SSLContext context;

  @BeforeAll
  static void start() throws Exception {
    Certificate certificate = Certificate.make(directory);
    context = Certificate.trusting(certificate);
    Path chain =
        Files.writeString(directory.resolve("fullchain.pem"), certificate.certificatePem());
    Path key = Files.writeString(directory.resolve("privkey.pem"), certificate.keyPem());
    server =
        ServerProcess.serve(
            directory.resolve("inbox.db"),
            Map.of("ADRAA_TLS_CERTIFICATE", "" + chain, "ADRAA_TLS_KEY", "" + key));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** RFC 9113 §6.9.2, as test 6.9.2/1 of h2spec. */
  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/api/v1/me", "/api/v1/me?x=1", "/api/v1/session", "/api/v1/nothing"})
  void sendsMoreWhenTheWindowIsRaisedBySettings(String path) throws Exception {
    try (Http2Connection connection = new Http2Connection(server.url(), context, 0)) {
      connection.get(1, path);
      connection.setWindow(1);
      assertThat(connection.await(DATA).payload()).hasSize(1);
    }
  }

  /** These left no worker for anyone else: each kept its own for ever. */
  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/me?x=1", "/api/v1/session"})
  void servesOthersAfterCallersThatDidNotTakeTheirResponses(String path) throws Exception {
    for (int i = 0; i < CALLERS; i++) {
      try (Http2Connection connection = new Http2Connection(server.url(), context, 0)) {
        connection.get(1, path);
        connection.await(HEADERS);
      }
    }
    try (Http2Connection connection = new Http2Connection(server.url(), context)) {
      connection.get(1, path);
      assertThat(connection.body(1)).contains("MISSING_");
    }
  }
}
