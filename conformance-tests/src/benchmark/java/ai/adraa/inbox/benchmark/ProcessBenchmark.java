package ai.adraa.inbox.benchmark;

import static ai.adraa.inbox.benchmark.Benchmark.HEAP;
import static ai.adraa.inbox.benchmark.Benchmark.MANY;
import static ai.adraa.inbox.benchmark.Benchmark.ROUNDS;
import static ai.adraa.inbox.benchmark.Benchmark.SECONDS;
import static ai.adraa.inbox.benchmark.Benchmark.directory;
import static ai.adraa.inbox.benchmark.Benchmark.progress;
import static ai.adraa.inbox.benchmark.Throughput.median;
import static ai.adraa.inbox.benchmark.Throughput.requireNone;

import ai.adraa.inbox.client.AdraaInbox;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** How fast the server starts, what memory it needs, and what our client costs. */
final class ProcessBenchmark {
  private final Report report;

  ProcessBenchmark(Report report) {
    this.report = report;
  }

  void start() throws Exception {
    Store store = Store.of(1_000, 500);
    String token = store.firstToken();
    int rounds = 2 * ROUNDS + 1;
    List<String> flags = new ArrayList<>(List.of(""));
    Path cache = directory().resolve("adraa-inbox.aot");
    if (Runtime.version().feature() >= 25) {
      Subject.product(store.database(), token, HEAP, "-XX:AOTCacheOutput=" + cache).close();
      flags.add("-XX:AOTCache=" + cache);
    } else {
      report.note("start with an AOT cache: skipped, needs JDK 25");
    }
    double[][] seconds = new double[flags.size() + 1][rounds];
    for (int round = -1; round < rounds; round++) {
      progress("Start, round " + (round + 1));
      for (int i = 0; i <= flags.size(); i++) {
        try (Subject subject =
            i == flags.size()
                ? Subject.baseline("jersey", token, HEAP)
                : flags.get(i).isEmpty()
                    ? Subject.product(store.database(), token, HEAP)
                    : Subject.product(store.database(), token, HEAP, flags.get(i))) {
          if (round >= 0) {
            seconds[i][round] = subject.startSeconds();
          }
        }
      }
    }
    double baseline = median(seconds[flags.size()]);
    report.note(
        "start to the first answer: product %.2f s, smallest Jersey resource %.2f s"
            .formatted(median(seconds[0]), baseline));
    report.rowAtMost(
        "start to first verified token ÷ the Jersey baseline's start to first answer",
        median(seconds[0]) / baseline,
        1.5);
    if (flags.size() > 1) {
      report.rowAtMost("the same with a JDK 25 AOT cache", median(seconds[1]) / baseline, 0.7);
    }
  }

  void memory() throws Exception {
    Store store = Store.of(Math.min(MANY, 1_000_000), 100_000);
    String token = store.firstToken();
    try (Subject product = Subject.product(store.database(), token, HEAP);
        Subject jersey = Subject.baseline("jersey", token, HEAP)) {
      double early = verifyMany(product, store, 100_000);
      double late = verifyMany(product, store, 1_000_000);
      report.note(
          "live heap after 100,000 verifications %.1f MiB, after 1,100,000 %.1f MiB"
              .formatted(early, late));
      report.rowAtMost(
          "live heap after 1,000,000 verifications of 100,000 tokens ÷ before", late / early, 1.05);
      double ofProduct = product.residentMiB();
      verifyMany(jersey, store, 1_100_000);
      report.note(
          "resident memory: product %.0f MiB, smallest Jersey resource %.0f MiB"
              .formatted(ofProduct, jersey.residentMiB()));
      report.rowAtMost(
          "resident memory ÷ the Jersey baseline's", ofProduct / jersey.residentMiB(), 1.5);
    }
  }

  private static double verifyMany(Subject subject, Store store, long requests) throws Exception {
    for (long done = 0; done < requests; ) {
      progress("Verified %,d of %,d".formatted(done, requests));
      Wrk.Result result = Wrk.run(subject, store.active(), SECONDS);
      requireNone(result);
      done += result.requests();
    }
    // Last uses are kept for up to two rounds of 16 seconds.
    Thread.sleep(34_000);
    return subject.liveHeapMiB();
  }

  void client() throws Exception {
    Store store = Store.of(1_000, 500);
    String token = store.firstToken();
    try (Subject product = Subject.product(store.database(), token, HEAP)) {
      AdraaInbox client = AdraaInbox.builder().baseUrl(product.url()).token(token).build();
      HttpClient bare = HttpClient.newHttpClient();
      HttpRequest request =
          HttpRequest.newBuilder(product.url().resolve("/api/v1/me"))
              .header("Authorization", "Bearer " + token)
              .header("Accept", "application/json")
              .build();
      double[][] perSecond = new double[2][2 * ROUNDS];
      for (int round = -4; round < 2 * ROUNDS; round++) {
        progress("Client, round " + (round + 1));
        double ofClient = callsPerSecond(client::verify);
        double ofBare =
            callsPerSecond(() -> bare.send(request, HttpResponse.BodyHandlers.ofString()));
        if (round >= 0) {
          perSecond[0][round] = ofClient;
          perSecond[1][round] = ofBare;
        }
      }
      report.note(
          "one thread: %,.0f/s through the client, %,.0f/s by bare java.net.http"
              .formatted(median(perSecond[0]), median(perSecond[1])));
      report.row(
          "client: verify through our client ÷ the same request by bare java.net.http, throughput",
          median(perSecond[0]) / median(perSecond[1]),
          0.95);
    }
  }

  private static double callsPerSecond(Callable<?> call) throws Exception {
    long begin = System.nanoTime();
    long end = begin + 2_000_000_000L;
    int calls = 0;
    while (System.nanoTime() < end) {
      call.call();
      calls++;
    }
    return calls * 1e9 / (System.nanoTime() - begin);
  }
}
