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
import static ai.adraa.inbox.benchmark.Throughput.requireNone;

import ai.adraa.inbox.conformance.support.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** How fast tokens are verified on PostgreSQL, by one server and by several. */
final class PostgresBenchmark {
  private final Report report;

  PostgresBenchmark(Report report) {
    this.report = report;
  }

  void postgres() throws Exception {
    try (Postgres server = Postgres.start(Map.of("shared_buffers", "512MB"))) {
      Store store = Store.of(100_000, 1_000);
      String database = copyTo(server, store);
      String url = server.url(database);
      nodes(store, url);
      Optional<Path> pgbench = Pgbench.find();
      if (pgbench.isPresent()) {
        besidePgbench(pgbench.get(), server, store, database);
      } else {
        report.note("cost beside pgbench: skipped, there is no pgbench");
      }
      Store few = Store.of(1_000, 500);
      Store many = Store.of(MANY, 100_000);
      List<String> known = many.activeTokens();
      Path some = directory().resolve("some");
      Files.write(some, IntStream.range(0, 500).mapToObj(i -> known.get(i * 199)).toList());
      try (Subject ofFew =
              Subject.product(server.url(copyTo(server, few)), few.firstToken(), HEAP);
          Subject ofMany =
              Subject.product(server.url(copyTo(server, many)), many.firstToken(), HEAP)) {
        report.row(
            "PostgreSQL: verify throughput with %,d tokens ÷ with 1,000, 500 of either in use"
                .formatted(MANY),
            ratio(ofMany, some, ofFew, few.active()),
            0.85);
      }
    }
  }

  private static String copyTo(Postgres server, Store store)
      throws IOException, InterruptedException {
    String database = server.newDatabase();
    Store.command(store.database(), "copy", "--to", server.url(database));
    return database;
  }

  /** All on this one machine, which they share with PostgreSQL and the load. */
  private void nodes(Store store, String url) throws Exception {
    int most = 3;
    List<Subject> nodes = new ArrayList<>();
    try {
      for (int i = 0; i < most; i++) {
        progress("PostgreSQL, warming up node " + (i + 1));
        nodes.add(Subject.product(url, store.firstToken(), HEAP));
        requireNone(Wrk.run(nodes.get(i), store.active(), WARM_UP_SECONDS));
      }
      double[][] perSecond = new double[most][ROUNDS];
      for (int round = -1; round < ROUNDS; round++) {
        for (int count = 1; count <= most; count++) {
          progress("PostgreSQL, %s nodes, round %s".formatted(count, round + 1));
          List<Subject> used = nodes.subList(0, count);
          double sum = atOnce(used, store.active(), SECONDS);
          if (round >= 0) {
            perSecond[count - 1][round] = sum;
          }
        }
      }
      report.note(
          "PostgreSQL, all on one machine: one node %,.0f/s; two ÷ one %.2f, three ÷ one %.2f"
              .formatted(
                  median(perSecond[0]),
                  median(perSecond[1]) / median(perSecond[0]),
                  median(perSecond[2]) / median(perSecond[0])));
    } finally {
      nodes.forEach(Subject::close);
    }
  }

  private static double atOnce(List<Subject> nodes, Path tokens, int seconds) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(nodes.size());
    try {
      double sum = 0;
      for (Future<Wrk.Result> result :
          pool.invokeAll(
              nodes.stream()
                  .map(node -> (Callable<Wrk.Result>) () -> Wrk.run(node, tokens, seconds))
                  .toList())) {
        requireNone(result.get());
        sum += result.get().perSecond();
      }
      return sum;
    } finally {
      pool.shutdownNow();
    }
  }

  private void besidePgbench(Path pgbench, Postgres server, Store store, String database)
      throws Exception {
    List<String> secrets = store.activeTokens();
    double[][] perSecond = new double[2][ROUNDS];
    try (Subject product = Subject.product(server.url(database), store.firstToken(), HEAP)) {
      for (int round = -1; round < ROUNDS; round++) {
        progress("PostgreSQL beside pgbench, round " + (round + 1));
        int seconds = round < 0 ? WARM_UP_SECONDS : SECONDS;
        double ofProduct = Wrk.run(product, store.active(), seconds).perSecond();
        double ofPgbench = Pgbench.selectsPerSecond(pgbench, server, database, secrets, SECONDS);
        if (round >= 0) {
          perSecond[0][round] = ofProduct;
          perSecond[1][round] = ofPgbench;
        }
      }
    }
    report.note(
        "PostgreSQL: verify throughput ÷ pgbench's of the same prepared SELECT by 8 connections: %.2f"
            .formatted(median(perSecond[0]) / median(perSecond[1])));
  }
}
