package ai.adraa.inbox.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server's one jar as a process, as operators run it. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("listens on (https?://\\S+), database");

  private final Process process;
  private final Path log;
  private final URI url;

  private ServerProcess(Process process, Path log, URI url) {
    this.process = process;
    this.log = log;
    this.url = url;
  }

  /** Starts {@code serve} on any free port, without a rate limit; returns when it listens. */
  static ServerProcess serve(Path database, Map<String, String> environment, String... options)
      throws IOException {
    Path log = Files.createTempFile(database.getParent(), "server", ".log");
    List<String> arguments =
        new ArrayList<>(
            List.of("serve", "--port", "0", "--rate-limit", "off", "--database", "" + database));
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
    return new ServerProcess(process, log, URI.create(started[0].group(1)));
  }

  /** Runs a command to its end. */
  static Tool.Finished run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return Tool.run(builder(environment, List.of(arguments)), 5);
  }

  /** A command that is started and left to the caller. */
  static ProcessBuilder builder(Map<String, String> environment, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("serverJar")));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("ADRAA_"));
    builder.environment().putAll(environment);
    return builder;
  }

  URI url() {
    return url;
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** As {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Sends SIGTERM; returns at once. */
  void requestStop() {
    process.destroy();
  }

  /** Waits until the process has ended, and returns its exit code. */
  int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the process ends").isTrue();
    return process.exitValue();
  }

  /** SIGTERM; returns when the process has ended. */
  void terminate() throws InterruptedException {
    requestStop();
    awaitEnd();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
