package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.ServerProcess;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each request is one line of the log, which names the caller and can be forged by nobody. */
@Tag("once")
class AccessLogTest {
  @TempDir private static Path directory;
  private static ServerProcess server;

  @BeforeAll
  static void start() throws IOException {
    server =
        ServerProcess.serve(
            directory.resolve("inbox.db"),
            Map.of(
                "ADRAA_LOG_FORMAT",
                "json",
                "ADRAA_TRUSTED_PROXIES",
                "127.0.0.0/8,10.0.0.0/8,fd00::/8"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aLineTellsWhoAskedForWhatAndWhatCameOfIt() throws Exception {
    JsonPath line = lineOf(get("/api/v1/me?token=example"));

    assertThat(line.getMap(""))
        .containsEntry("method", "GET")
        .containsEntry("path", "/api/v1/me")
        .containsEntry("status", 401)
        .containsEntry("operation", "verifyToken")
        .containsEntry("client", "127.0.0.1")
        .containsEntry("level", "INFO")
        .containsEntry("logger", "access")
        .containsKeys("time", "bytes", "durationMicros", "message");
    assertThat(line.getString("message")).doesNotContain("example");
  }

  @Test
  void whatTheServerRefusesBeforeAnyHandlerIsLoggedToo() throws Exception {
    String host = "Host: x";
    assertThat(lineOf(RawHttp.exchange(server.url(), "GET /a b HTTP/1.1", host)).getInt("status"))
        .isEqualTo(400);
    assertThat(lineOf(get("/" + "a".repeat(9000))).getInt("status")).isEqualTo(414);
    assertThat(lineOf(get("/x", "Cookie: " + "a".repeat(9000))).getMap(""))
        .containsEntry("status", 431)
        .containsEntry("path", "/x");
  }

  @ParameterizedTest
  @CsvSource({
    "/a%0A%0Db,/a%0A%0Db",
    "/a%1B[31mb,/a%1B%5B31mb",
    "/%E2%80%AEb,/%E2%80%AEb",
    "/%22}%0A{,/%22%7D%0A%7B",
    "/a%20b,/a%20b"
  })
  void noPathForgesALine(String path, String logged) throws Exception {
    assertThat(lineOf(get(path)).getString("path")).isEqualTo(logged);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "-",
      value = {
        "-; 127.0.0.1",
        "192.0.2.1; 192.0.2.1",
        // What the caller wrote is on the left, and is not believed.
        "198.51.100.9, 192.0.2.1; 192.0.2.1",
        "127.0.0.1, 192.0.2.1, 10.0.0.7; 192.0.2.1",
        "192.0.2.1, fd00::7, 10.1.2.3; 192.0.2.1",
        "192.0.2.1:4711, 10.0.0.7:80; 192.0.2.1",
        "2001:DB8:0:0::1; 2001:db8::1",
        "[2001:db8::1]:4711; 2001:db8::1",
        "::ffff:192.0.2.1; 192.0.2.1",
        "10.0.0.8, 10.0.0.7; 10.0.0.8",
        // It ends at the last good one.
        "192.0.2.1, unknown, 10.0.0.7; 10.0.0.7",
        "192.0.2.1, localhost; 127.0.0.1",
        "192.0.2.1, 10.1; 127.0.0.1",
        "192.0.2.1,; 127.0.0.1",
        "192.0.2.256; 127.0.0.1",
        "010.0.0.1; 127.0.0.1",
        "fe80::1%eth0; 127.0.0.1",
        "[192.0.2.1; 127.0.0.1",
        "\"192.0.2.1\"; 127.0.0.1",
      })
  void theCallerIsTheLastAddressThatNoTrustedProxyHas(String forwarded, String client)
      throws Exception {
    RawHttp.Answer answer =
        forwarded == null ? get("/x") : get("/x", "X-Forwarded-For: " + forwarded);

    assertThat(lineOf(answer).getString("client")).isEqualTo(client);
  }

  @Test
  void fieldsOfOneNameAreOneListAndForwardedIsNotRead() throws Exception {
    assertThat(
            lineOf(
                    get(
                        "/x",
                        "X-Forwarded-For: 198.51.100.9",
                        "Forwarded: for=198.51.100.8",
                        "X-Forwarded-For: 192.0.2.1, 10.0.0.7"))
                .getString("client"))
        .isEqualTo("192.0.2.1");
    // Refused before Jetty asks for the caller.
    assertThat(lineOf(get("/a%2Fb", "X-Forwarded-For: 192.0.2.1")).getMap(""))
        .containsEntry("status", 400)
        .containsEntry("client", "192.0.2.1");
  }

  @Test
  void itCanBeSwitchedOff() throws Exception {
    try (ServerProcess quiet =
        ServerProcess.serve(directory.resolve("quiet.db"), Map.of("ADRAA_ACCESS_LOG", "off"))) {
      RawHttp.exchange(quiet.url(), "GET /x HTTP/1.1", "Host: x", "Connection: close");
      quiet.terminate();

      assertThat(quiet.log()).contains("listens on").doesNotContain("access");
    }
  }

  private static RawHttp.Answer get(String path, String... headers) {
    return RawHttp.exchange(
        server.url(),
        Stream.of(
                List.of("GET " + path + " HTTP/1.1", "Host: x", "Connection: close"),
                List.of(headers))
            .flatMap(List::stream)
            .toArray(String[]::new));
  }

  /** The only line with the answer's id; it comes after the answer. */
  private static JsonPath lineOf(RawHttp.Answer answer) {
    String id = answer.header("X-Request-Id");
    List<String> lines =
        await()
            .atMost(20, TimeUnit.SECONDS)
            .until(
                () ->
                    server
                        .log()
                        .lines()
                        .filter(line -> line.contains(id) && line.endsWith("}"))
                        .toList(),
                found -> !found.isEmpty());
    assertThat(lines).hasSize(1);
    JsonPath line = JsonPath.from(lines.get(0));
    assertThat(line.getString("requestId")).isEqualTo(id);
    return line;
  }
}
