package ai.adraa.inbox.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that is measured, as a process of its own. */
final class Subject implements AutoCloseable {
  private static final Pattern HEAP =
      Pattern.compile("garbage-first heap\\s+total \\d+K, used (\\d+)K");
  private static final long START_NANOS = 60_000_000_000L;

  private final Process process;
  private final int port;
  private final Path log;
  private final double startSeconds;

  private Subject(Process process, int port, Path log, double startSeconds) {
    this.process = process;
    this.port = port;
    this.log = log;
    this.startSeconds = startSeconds;
  }

  /**
   * Starts the product in its production configuration, but for the rate limits; returns when it
   * has verified the token.
   */
  static Subject product(Path database, String token, String... javaOptions) throws IOException {
    return product(database.toString(), token, javaOptions);
  }

  /** As the other, on any database. */
  static Subject product(String database, String token, String... javaOptions) throws IOException {
    int port = freePort();
    return start(
        "product",
        token,
        port,
        List.of(javaOptions),
        List.of(
            "-jar",
            System.getProperty("serverJar"),
            "serve",
            "--port",
            "" + port,
            "--management-port",
            "0",
            "--rate-limit",
            "off",
            "--sign-in-limit",
            "off",
            "--database",
            database));
  }

  /** Starts a baseline; returns when it has answered. */
  static Subject baseline(String kind, String token, String... javaOptions) throws IOException {
    int port = freePort();
    return start(
        kind,
        token,
        port,
        List.of(javaOptions),
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            Baseline.class.getName(),
            kind,
            "" + port));
  }

  private static Subject start(
      String name, String token, int port, List<String> javaOptions, List<String> what)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaOptions);
    command.addAll(what);
    Path log = Benchmark.directory().resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(variable -> variable.startsWith("ADRAA_"));
    long begin = System.nanoTime();
    Process process = builder.start();
    while (true) {
      try (Connection connection = new Connection(port)) {
        if (connection.send(Connection.verification(token)).status() == 200) {
          double seconds = (System.nanoTime() - begin) / 1e9;
          return new Subject(process, port, log, seconds);
        }
      } catch (IOException e) {
        // Not yet.
      }
      if (!process.isAlive() || System.nanoTime() - begin > START_NANOS) {
        process.destroyForcibly();
        throw new IllegalStateException(name + " does not start: " + Files.readString(log));
      }
      Thread.onSpinWait();
    }
  }

  int port() {
    return port;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** From the start of the process to the first answer. */
  double startSeconds() {
    return startSeconds;
  }

  /** Resident memory, as Linux tells it. */
  double residentMiB() {
    try {
      String status = Files.readString(Path.of("/proc", "" + process.pid(), "status"));
      return number(Pattern.compile("VmRSS:\\s+(\\d+) kB"), status) / 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is alive on the heap, after a full collection. */
  double liveHeapMiB() throws IOException, InterruptedException {
    jcmd("GC.run");
    return number(HEAP, jcmd("GC.heap_info")) / 1024;
  }

  private String jcmd(String command) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                "" + process.pid(),
                command)
            .redirectErrorStream(true)
            .start();
    String output = new String(jcmd.getInputStream().readAllBytes());
    if (jcmd.waitFor() != 0) {
      throw new IllegalStateException("jcmd " + command + ": " + output);
    }
    return output;
  }

  private static double number(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    if (!found.find()) {
      throw new IllegalStateException(pattern + " is not in " + text);
    }
    return Double.parseDouble(found.group(1));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
      Files.deleteIfExists(log);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
