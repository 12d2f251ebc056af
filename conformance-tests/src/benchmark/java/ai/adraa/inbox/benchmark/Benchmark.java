package ai.adraa.inbox.benchmark;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.server.RequestParts;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures the product beside its baselines, in turn, several rounds, and reports ratios of
 * medians: what a machine does alone says little of another, and noise hits both.
 */
public final class Benchmark {
  private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);
  private static final int SECONDS = Integer.getInteger("benchmark.seconds", 5);
  private static final int MANY = Integer.getInteger("benchmark.tokens", 10_000_000);
  private static final int LISTED = Math.min(MANY, 1_000_000);
  private static final int WARM_UP_SECONDS = 40;
  private static final int CLIENTS = 16;
  private static final String HEAP = "-Xmx256m";

  private static final List<String> ALL =
      List.of(
          "verify",
          "refused",
          "tokens",
          "writes",
          "list",
          "create",
          "start",
          "memory",
          "client",
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
    List<String> left = new ArrayList<>(names.isEmpty() ? ALL : names);
    measure("verify", left, this::verify);
    measure("refused", left, this::refused);
    measure("tokens", left, this::manyTokens);
    measure("writes", left, this::whileWriting);
    measure("list", left, this::list);
    measure("create", left, this::create);
    measure("start", left, this::start);
    measure("memory", left, this::memory);
    measure("client", left, this::client);
    measure("postgres", left, this::postgres);
    measure("parts", left, this::parts);
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

  private void verify() throws Exception {
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
          progress("Open loop at %,.0f/s, round %d".formatted(rate, round + 1));
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

  private void refused() throws Exception {
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

  private void manyTokens() throws Exception {
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

  private static double ratio(Subject one, Path its, Subject other, Path others)
      throws IOException, InterruptedException {
    double[][] perSecond = new double[2][ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      progress("Many tokens, round " + (round + 1));
      int seconds = round < 0 ? WARM_UP_SECONDS : SECONDS;
      List<Wrk.Result> results =
          List.of(Wrk.run(one, its, seconds), Wrk.run(other, others, seconds));
      for (int i = 0; i < 2; i++) {
        requireNone(results.get(i));
        if (round >= 0) {
          perSecond[i][round] = results.get(i).perSecond();
        }
      }
    }
    return median(perSecond[0]) / median(perSecond[1]);
  }

  private void whileWriting() throws Exception {
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
          report.note("created and revoked %d tokens in %d s".formatted(written.get(), SECONDS));
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

  private void list() throws Exception {
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

  private void create() throws Exception {
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
          "durable creates: %,.0f/s by %d clients; the sqlite3 shell's commits: %,.0f/s"
              .formatted(median(perSecond[0]), CLIENTS, median(perSecond[1])));
      report.row(
          "durable creates/s, 16 clients ÷ the same inserts one commit each with the sqlite3 shell",
          median(perSecond[0]) / median(perSecond[1]),
          1.0);
    }
  }

  private void start() throws Exception {
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

  private void memory() throws Exception {
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

  private void client() throws Exception {
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

  private void postgres() throws Exception {
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
          progress("PostgreSQL, %d nodes, round %d".formatted(count, round + 1));
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

  private void parts() throws Exception {
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

  private static List<Wrk.Result> throughput(List<Subject> subjects, Path tokens)
      throws IOException, InterruptedException {
    for (Subject subject : subjects) {
      progress("Warming up");
      requireNone(Wrk.run(subject, tokens, WARM_UP_SECONDS));
    }
    List<List<Wrk.Result>> results =
        subjects.stream()
            .map(s -> new ArrayList<Wrk.Result>())
            .map(l -> (List<Wrk.Result>) l)
            .toList();
    for (int round = 0; round < ROUNDS; round++) {
      progress("Throughput, round " + (round + 1));
      for (int i = 0; i < subjects.size(); i++) {
        Wrk.Result result = Wrk.run(subjects.get(i), tokens, SECONDS);
        requireNone(result);
        results.get(i).add(result);
      }
    }
    return results.stream()
        .map(
            all ->
                new Wrk.Result(
                    all.stream().mapToLong(Wrk.Result::requests).sum(),
                    median(all.stream().mapToDouble(Wrk.Result::perSecond).toArray()),
                    median(all.stream().mapToDouble(Wrk.Result::p50).toArray()),
                    median(all.stream().mapToDouble(Wrk.Result::p99).toArray()),
                    0))
        .toList();
  }

  private static void requireNone(Wrk.Result result) {
    if (result.failed() > 0) {
      throw new IllegalStateException("Requests were refused: " + result);
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

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
