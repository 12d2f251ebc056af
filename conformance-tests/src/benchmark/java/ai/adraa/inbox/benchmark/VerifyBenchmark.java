package ai.adraa.inbox.benchmark;

import static ai.adraa.inbox.benchmark.Benchmark.HEAP;
import static ai.adraa.inbox.benchmark.Benchmark.MANY;
import static ai.adraa.inbox.benchmark.Benchmark.ROUNDS;
import static ai.adraa.inbox.benchmark.Benchmark.SECONDS;
import static ai.adraa.inbox.benchmark.Benchmark.WARM_UP_SECONDS;
import static ai.adraa.inbox.benchmark.Benchmark.directory;
import static ai.adraa.inbox.benchmark.Benchmark.progress;
import static ai.adraa.inbox.benchmark.Throughput.median;
import static ai.adraa.inbox.benchmark.Throughput.ratio;
import static ai.adraa.inbox.benchmark.Throughput.throughput;

import ai.adraa.inbox.server.RequestParts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** How fast tokens are verified and refused, and where the time goes. */
final class VerifyBenchmark {
  private final Report report;

  VerifyBenchmark(Report report) {
    this.report = report;
  }

  void verify() throws Exception {
    Store store = Store.of(100_000, 1_000);
    String token = store.firstToken();
    try (Subject product = Subject.product(store.database(), token, HEAP);
        Subject jersey = Subject.baseline("jersey", token, HEAP);
        Subject jetty = Subject.baseline("jetty", token, HEAP)) {
      List<Subject> subjects = List.of(product, jersey, jetty);
      List<Wrk.Result> results = throughput(subjects, store.active());
      Wrk.Result ofProduct = results.get(0);
      report.figure("product", ofProduct, product.residentMiB());
      report.figure("smallest Jersey resource", results.get(1), jersey.residentMiB());
      report.figure("bare Jetty handler", results.get(2), jetty.residentMiB());
      report.row(
          "verify throughput ÷ smallest Jersey resource",
          ofProduct.perSecond() / results.get(1).perSecond(),
          1.00);
      report.row(
          "verify throughput ÷ bare Jetty handler",
          ofProduct.perSecond() / results.get(2).perSecond(),
          0.40);
      double rate =
          subjects.stream()
                  .mapToDouble(subject -> results.get(subjects.indexOf(subject)).perSecond())
                  .min()
                  .orElseThrow()
              / 2;
      List<byte[]> requests = store.activeTokens().stream().map(Connection::verification).toList();
      double[][] latencies = new double[2][ROUNDS];
      double[][] medians = new double[2][ROUNDS];
      for (int round = -1; round < ROUNDS; round++) {
        for (int i = 0; i < 2; i++) {
          progress("Open loop at %,.0f/s, round %s".formatted(rate, round + 1));
          Histogram latency = OpenLoop.run(subjects.get(i).port(), requests, rate, SECONDS);
          if (round >= 0) {
            latencies[i][round] = latency.getValueAtPercentile(99) / 1000.0;
            medians[i][round] = latency.getValueAtPercentile(50) / 1000.0;
          }
        }
      }
      report.note(
          "open loop at %,.0f/s: product p50 %.0f µs, p99 %.0f µs; smallest Jersey resource %.0f µs, %.0f µs"
              .formatted(
                  rate,
                  median(medians[0]),
                  median(latencies[0]),
                  median(medians[1]),
                  median(latencies[1])));
      report.rowAtMost(
          "verify p99 ÷ smallest Jersey resource's p99, same open-loop rate",
          median(latencies[0]) / median(latencies[1]),
          1.2);
    }
  }

  void refused() throws Exception {
    Store store = Store.of(100_000, 1_000);
    Random random = new Random();
    Path unknown = directory().resolve("unknown");
    Files.write(unknown, Stream.generate(() -> Store.secret(random)).limit(1_000).toList());
    Path malformed = directory().resolve("malformed");
    Files.write(
        malformed,
        Stream.generate(() -> Store.secret(random).replaceFirst(".$", "g")).limit(1_000).toList());
    try (Subject product = Subject.product(store.database(), store.firstToken(), HEAP)) {
      List<Path> kinds = List.of(store.active(), malformed, unknown, store.revoked());
      List<String> names = List.of("valid", "malformed", "unknown", "revoked");
      double[][] perSecond = new double[kinds.size()][ROUNDS];
      for (int round = -1; round < ROUNDS; round++) {
        for (int i = 0; i < kinds.size(); i++) {
          progress("Refused tokens, round " + (round + 1));
          Wrk.Result result =
              Wrk.run(product, kinds.get(i), round < 0 ? WARM_UP_SECONDS / 2 : SECONDS);
          if (result.failed() != (i == 0 ? 0 : result.requests())) {
            throw new IllegalStateException(names.get(i) + ": " + result);
          }
          if (round >= 0) {
            perSecond[i][round] = result.perSecond();
          }
        }
      }
      for (int i = 1; i < kinds.size(); i++) {
        report.row(
            "refused tokens (" + names.get(i) + ") ÷ valid ones, throughput",
            median(perSecond[i]) / median(perSecond[0]),
            1.0);
      }
    }
  }

  void manyTokens() throws Exception {
    Store many = Store.of(MANY, 100_000);
    Store few = Store.of(1_000, 500);
    List<String> known = many.activeTokens();
    Path some = directory().resolve("some");
    Files.write(some, IntStream.range(0, 500).mapToObj(i -> known.get(i * 199)).toList());
    try (Subject ofMany = Subject.product(many.database(), many.firstToken(), HEAP);
        Subject ofFew = Subject.product(few.database(), few.firstToken(), HEAP)) {
      report.row(
          "verify throughput with %,d tokens ÷ with 1,000, 500 of either in use".formatted(MANY),
          ratio(ofMany, some, ofFew, few.active()),
          0.85);
      report.row(
          "the same with 100,000 of %,d in use, whose last uses are written too".formatted(MANY),
          ratio(ofMany, many.active(), ofFew, few.active()),
          0.85);
    }
  }

  void parts() throws Exception {
    Store store = Store.of(100_000, 1_000);
    progress("Parts of a request, by JMH");
    for (RunResult part :
        new Runner(
                new OptionsBuilder()
                    .include(RequestParts.class.getName())
                    .jvmArgsAppend("-Dbenchmark.database=" + store.database())
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run()) {
      Result<?> time = part.getPrimaryResult();
      report.note(
          "inside a verification, one thread: %s %.2f ± %.2f %s"
              .formatted(
                  time.getLabel(), time.getScore(), time.getScoreError(), time.getScoreUnit()));
    }
  }
}
