package ai.adraa.inbox.benchmark;

import static ai.adraa.inbox.benchmark.Benchmark.CLIENTS;
import static ai.adraa.inbox.benchmark.Benchmark.HEAP;
import static ai.adraa.inbox.benchmark.Benchmark.LISTED;
import static ai.adraa.inbox.benchmark.Benchmark.ROUNDS;
import static ai.adraa.inbox.benchmark.Benchmark.SECONDS;
import static ai.adraa.inbox.benchmark.Benchmark.WARM_UP_SECONDS;
import static ai.adraa.inbox.benchmark.Benchmark.directory;
import static ai.adraa.inbox.benchmark.Benchmark.progress;
import static ai.adraa.inbox.benchmark.Throughput.median;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How fast the console's operations are: tokens created, revoked and listed. */
final class ConsoleBenchmark {
  private final Report report;

  ConsoleBenchmark(Report report) {
    this.report = report;
  }

  void whileWriting() throws Exception {
    Store store = Store.of(100_000, 1_000).copy(directory().resolve("writes"));
    try (Subject product = Subject.product(store.database(), store.firstToken(), HEAP)) {
      progress("Warming up");
      long warm = System.nanoTime() + WARM_UP_SECONDS * 1_000_000_000L;
      int unused =
          together(
              CLIENTS,
              () -> createAndRevoke(product, store, 1_000, () -> System.nanoTime() > warm));
      Wrk.run(product, store.active(), WARM_UP_SECONDS);
      double[][] perSecond = new double[2][ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        progress("While tokens are created and revoked, round " + (round + 1));
        perSecond[1][round] = Wrk.run(product, store.active(), SECONDS).perSecond();
        AtomicBoolean end = new AtomicBoolean();
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try {
          Future<Integer> written =
              writer.submit(() -> createAndRevoke(product, store, 100, end::get));
          perSecond[0][round] = Wrk.run(product, store.active(), SECONDS).perSecond();
          end.set(true);
          report.note("created and revoked %s tokens in %s s".formatted(written.get(), SECONDS));
        } finally {
          writer.shutdownNow();
        }
      }
      report.row(
          "verify throughput while 100 tokens/s are created and revoked ÷ without",
          median(perSecond[0]) / median(perSecond[1]),
          0.85);
    }
  }

  private static int createAndRevoke(
      Subject product, Store store, int perSecond, BooleanSupplier end) throws IOException {
    int done = 0;
    long begin = System.nanoTime();
    try (Connection connection = new Connection(product.port())) {
      while (!end.getAsBoolean()) {
        long due = begin + done * 1_000_000_000L / perSecond;
        LockSupport.parkNanos(due - System.nanoTime());
        String created = createToken(connection, store);
        String id =
            created.replaceFirst("(?s).*\"id\":\"(c[a-z0-9]{24})\",\"name\":\"New\".*", "$1");
        Connection.Answer answer =
            connection.send(
                Connection.request(
                    "POST", tokens(store) + "/" + id + "/revoke", cookie(store), ""));
        if (answer.status() != 200) {
          throw new IOException("revoke: " + answer + created);
        }
        done++;
      }
    }
    return done;
  }

  void list() throws Exception {
    Store store = Store.of(LISTED, 1_000);
    int pages = LISTED / 100 / 10;
    try (Subject product = Subject.product(store.database(), store.firstToken(), HEAP);
        Connection connection = new Connection(product.port())) {
      String first = tokens(store) + "?limit=100";
      String path = first;
      for (int page = 1; page < pages; page++) {
        Connection.Answer answer =
            connection.send(Connection.request("GET", path, cookie(store), ""));
        path =
            first
                + "&cursor="
                + answer.body().replaceFirst("(?s).*\"nextCursor\":\"([^\"]+)\".*", "$1");
      }
      List<byte[]> requests =
          Stream.of(path, first)
              .map(page -> Connection.request("GET", page, cookie(store), ""))
              .toList();
      int samples = 400;
      double[][] millis = new double[2][samples];
      for (int i = -200; i < samples; i++) {
        for (int page = 0; page < 2; page++) {
          long begin = System.nanoTime();
          Connection.Answer answer = connection.send(requests.get(page));
          if (answer.status() != 200) {
            throw new IllegalStateException("list: " + answer);
          }
          if (i >= 0) {
            millis[page][i] = (System.nanoTime() - begin) / 1e6;
          }
        }
      }
      report.note(
          "list of %,d tokens: page %,d %.2f ms, page 1 %.2f ms (medians)"
              .formatted(LISTED, pages, median(millis[0]), median(millis[1])));
      report.rowAtMost(
          "list page %,d ÷ list page 1 of %,d tokens, time".formatted(pages, LISTED),
          median(millis[0]) / median(millis[1]),
          1.2);
    }
  }

  void create() throws Exception {
    Store store = Store.of(1_000, 500).copy(directory().resolve("create"));
    Store shell = Store.of(1_000, 500).copy(directory().resolve("shell"));
    try (Subject product = Subject.product(store.database(), store.firstToken(), HEAP)) {
      double[][] perSecond = new double[2][ROUNDS];
      for (int round = -2; round < ROUNDS; round++) {
        progress("Durable creates, round " + (round + 1));
        long begin = System.nanoTime();
        long end = begin + (round < 0 ? WARM_UP_SECONDS / 2 : SECONDS) * 1_000_000_000L;
        int created =
            together(
                CLIENTS,
                () -> {
                  int count = 0;
                  try (Connection connection = new Connection(product.port())) {
                    while (System.nanoTime() < end) {
                      createToken(connection, store);
                      count++;
                    }
                  }
                  return count;
                });
        double ofProduct = created * 1e9 / (System.nanoTime() - begin);
        double ofShell = Shell.insertsPerSecond(shell, 3_000);
        if (round >= 0) {
          perSecond[0][round] = ofProduct;
          perSecond[1][round] = ofShell;
        }
      }
      report.note(
          "durable creates: %,.0f/s by %s clients; the sqlite3 shell's commits: %,.0f/s"
              .formatted(median(perSecond[0]), CLIENTS, median(perSecond[1])));
      report.row(
          "durable creates/s, 16 clients ÷ the same inserts one commit each with the sqlite3 shell",
          median(perSecond[0]) / median(perSecond[1]),
          1.0);
    }
  }

  private static int together(int threads, Callable<Integer> work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      int sum = 0;
      for (Future<Integer> part :
          pool.invokeAll(IntStream.range(0, threads).mapToObj(i -> work).toList())) {
        sum += part.get();
      }
      return sum;
    } finally {
      pool.shutdownNow();
    }
  }

  private static String createToken(Connection connection, Store store) throws IOException {
    Connection.Answer answer =
        connection.send(
            Connection.request("POST", tokens(store), cookie(store), "{\"name\":\"New\"}"));
    if (answer.status() != 201) {
      throw new IOException("create: " + answer.status());
    }
    return answer.body();
  }

  private static String tokens(Store store) {
    return "/api/v1/workspaces/" + store.workspaceId() + "/tokens";
  }

  private static String cookie(Store store) {
    return "Cookie: adraa_session=" + store.session();
  }
}
