package ai.adraa.inbox.conformance.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The server's one jar as a process, as operators run it. */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("listens on (https?://\\S+), database");

  private static final Pattern MANAGEMENT = Pattern.compile("metrics are at (http://[^/]+)/");
  // An API token's secret, or a session id in a cookie.
  private static final Pattern SECRET =
      Pattern.compile(
          "adraa_[0-9a-f]{48}|adraa_session=[A-Za-z0-9_-]{43}|adraa_session_[0-9a-f]{64}");

  private final Process process;
  private final Path log;
  private final URI url;

  private ServerProcess(Process process, Path log, URI url) {
    this.process = process;
    this.log = log;
    this.url = url;
  }

  /**
   * Starts {@code serve} on any free port, without a limit for each IP address; returns when it
   * listens.
   */
  public static ServerProcess serve(
      Path database, Map<String, String> environment, String... options) throws IOException {
    return serve(database.getParent(), "" + database, environment, options);
  }

  /**
   * As the other, on any database.
   *
   * @param directory where the log is kept
   */
  public static ServerProcess serve(
      Path directory, String database, Map<String, String> environment, String... options)
      throws IOException {
    Path log = Files.createTempFile(directory, "server", ".log");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "serve",
                "--port",
                "0",
                "--rate-limit",
                "off",
                "--sign-in-limit",
                "off",
                "--database",
                database));
    arguments.addAll(List.of(options));
    Process process =
        builder(environment, arguments)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Matcher[] started = new Matcher[1];
    try {
      await()
          .atMost(60, TimeUnit.SECONDS)
          .failFast(
              () -> {
                if (!process.isAlive()) {
                  throw new AssertionError("The server ended: " + Files.readString(log));
                }
              })
          .until(
              () -> {
                started[0] = LISTENS.matcher(Files.readString(log));
                return started[0].find();
              });
    } catch (RuntimeException | Error e) {
      process.destroyForcibly();
      throw e;
    }
    for (String file : List.of("cmdline", "environ")) {
      Path path = Path.of("/proc", "" + process.pid(), file);
      if (Files.exists(path)) {
        assertThat(SECRET.matcher(Files.readString(path)).find()).as(path + " has none").isFalse();
      }
    }
    return new ServerProcess(process, log, URI.create(started[0].group(1)));
  }

  /** Runs a command to its end. */
  public static Tool.Finished run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = builder(environment, List.of(arguments));
    // It ends before a better compiler would pay.
    builder.command().add(1, "-XX:TieredStopAtLevel=1");
    return Tool.run(builder, 5);
  }

  /** A command that is started and left to the caller. */
  public static ProcessBuilder builder(Map<String, String> environment, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("serverJar")));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("ADRAA_"));
    // Several may run at once.
    builder.environment().put("ADRAA_MANAGEMENT_PORT", "0");
    builder.environment().putAll(environment);
    return builder;
  }

  public URI url() {
    return url;
  }

  /** Where health and metrics are, as the log tells. */
  public URI managementUrl() throws IOException {
    Matcher management = MANAGEMENT.matcher(log());
    assertThat(management.find()).isTrue();
    return URI.create(management.group(1));
  }

  /** Verifies a token and returns the status. */
  public int verify(String secret) {
    return RestAssured.given()
        .header("Authorization", "Bearer " + secret)
        .header("Connection", "close")
        .get(url + "/api/v1/me")
        .statusCode();
  }

  public String log() throws IOException {
    return Files.readString(log);
  }

  /** Waits for lines with these texts: the server writes its log a moment after it has answered. */
  public void assertLogs(String... texts) {
    await().untilAsserted(() -> assertThat(log()).contains(texts));
  }

  /** What the process uses, as Linux tells it. */
  public record Usage(long memoryMiB, long threads, long files) {}

  public Usage usage() throws IOException {
    Path proc = Path.of("/proc", "" + process.pid());
    String status = Files.readString(proc.resolve("status"));
    try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
      return new Usage(
          number(status, "VmRSS:\\s+(\\d+) kB") / 1024,
          number(status, "Threads:\\s+(\\d+)"),
          files.count());
    }
  }

  public long pid() {
    return process.pid();
  }

  private static long number(String text, String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    assertThat(found.find()).as(pattern).isTrue();
    return Long.parseLong(found.group(1));
  }

  /** As {@code kill -9}. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Sends SIGTERM; returns at once. */
  public void requestStop() {
    process.destroy();
  }

  /** Waits until the process has ended, and returns its exit code. */
  public int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the process ends").isTrue();
    return process.exitValue();
  }

  /** SIGTERM; returns when the process has ended. */
  public void terminate() throws InterruptedException {
    requestStop();
    awaitEnd();
  }

  /**
   * Ends the process, and fails if its log has a secret, or if it left a crash file that may have
   * one, whatever was done to it.
   */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(60, TimeUnit.SECONDS);
      // Where only the code that found it is told, the secret does not reach the build's log.
      assertThat(SECRET.matcher(log()).find()).as("%s has a secret", log).isFalse();
      assertThat(Path.of("hs_err_pid" + process.pid() + ".log")).doesNotExist();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
