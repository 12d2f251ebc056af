package ai.adraa.inbox.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the server beside its baselines, in turn and in several rounds, and reports ratios of
 * medians: absolute figures of one machine say little about another, and noise affects both sides.
 */
public final class Benchmark {
  static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);
  static final int SECONDS = Integer.getInteger("benchmark.seconds", 5);
  static final int MANY = Integer.getInteger("benchmark.tokens", 10_000_000);
  static final int LISTED = Math.min(MANY, 1_000_000);
  static final int WARM_UP_SECONDS = 40;
  static final int CLIENTS = 16;
  static final String HEAP = "-Xmx256m";

  private static final List<String> ALL =
      List.of(
          "verify",
          "refused",
          "tokens",
          "writes",
          "list",
          "create",
          "browser",
          "start",
          "memory",
          "client",
          "gateway",
          "postgres",
          "parts");

  private final Report report = new Report();

  private interface Measurement {
    void run() throws Exception;
  }

  /** Runs all measurements, or those that are named. */
  public static void main(String... names) throws Exception {
    Files.createDirectories(directory());
    if (!Wrk.isInstalled()) {
      throw new IllegalStateException("wrk is not installed: apt-get install wrk");
    }
    new Benchmark().run(List.of(names));
  }

  private void run(List<String> names) throws Exception {
    VerifyBenchmark verify = new VerifyBenchmark(report);
    ConsoleBenchmark console = new ConsoleBenchmark(report);
    BrowserBenchmark browser = new BrowserBenchmark(report);
    ProcessBenchmark process = new ProcessBenchmark(report);
    PostgresBenchmark postgres = new PostgresBenchmark(report);
    List<String> left = new ArrayList<>(names.isEmpty() ? ALL : names);
    measure("verify", left, verify::verify);
    measure("refused", left, verify::refused);
    measure("tokens", left, verify::manyTokens);
    measure("writes", left, console::whileWriting);
    measure("list", left, console::list);
    measure("create", left, console::create);
    measure("browser", left, browser::browser);
    measure("start", left, process::start);
    measure("memory", left, process::memory);
    measure("client", left, process::client);
    measure("gateway", left, new GatewayBenchmark(report)::gateway);
    measure("postgres", left, postgres::postgres);
    measure("parts", left, verify::parts);
    if (!left.isEmpty()) {
      throw new IllegalArgumentException("There is no measurement " + left);
    }
    report.write();
  }

  private static void measure(String name, List<String> names, Measurement measurement)
      throws Exception {
    if (names.remove(name)) {
      measurement.run();
    }
  }

  /** Where everything is kept. */
  static Path directory() {
    return Path.of("target", "benchmark").toAbsolutePath();
  }

  /** Tells whoever waits what is being done. */
  static void progress(String what) {
    System.err.println("… " + what);
  }
}
