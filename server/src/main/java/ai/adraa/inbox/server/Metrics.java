package ai.adraa.inbox.server;

import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jetty.JettyConnectionMetrics;
import io.micrometer.core.instrument.binder.jetty.JettyServerThreadPoolMetrics;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.logging.LogbackMetrics;
import io.micrometer.core.instrument.binder.system.DiskSpaceMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.NanoTime;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server counts and times for Prometheus. Each label has few values, all of this program's
 * choice: none comes from a caller. Thread-safe.
 */
final class Metrics implements RequestLog, SqlLogger, AutoCloseable {
  /** What became of the token in a request. */
  enum Verification {
    VALID,
    MISSING,
    MALFORMED,
    UNKNOWN_OR_REVOKED
  }

  /** What became of a mail; printed where no server is configured. */
  enum Mail {
    SENT,
    FAILED,
    PRINTED
  }

  private record RequestKind(String operation, String method, int status) {}

  private static final Logger LOG = LoggerFactory.getLogger(Metrics.class);
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");
  private static final Pattern STATEMENT = Pattern.compile("/\\* ([A-Za-z]+\\.[A-Za-z]+)");
  private static final Duration[] BUCKETS =
      Stream.of(100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000)
          .map(micros -> Duration.of(micros, ChronoUnit.MICROS))
          .toArray(Duration[]::new);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<RequestKind, Timer> requests = new ConcurrentHashMap<>();
  private final Map<String, Timer> statements = new ConcurrentHashMap<>();
  private final Map<Verification, Counter> verifications = new EnumMap<>(Verification.class);
  private final Map<Mail, Counter> mails = new EnumMap<>(Mail.class);
  private final Counter rateLimited =
      Counter.builder("adraa.rate.limited")
          .description("Requests refused by the rate limit")
          .register(registry);
  private final List<AutoCloseable> binders = new ArrayList<>();

  Metrics() {
    // All are there from the first scrape, so that a rate sees the first of each.
    for (Verification outcome : Verification.values()) {
      verifications.put(
          outcome,
          Counter.builder("adraa.verifications")
              .description("Verifications of API tokens by outcome")
              .tag("outcome", word(outcome))
              .register(registry));
    }
    for (Mail outcome : Mail.values()) {
      mails.put(
          outcome,
          Counter.builder("adraa.mails")
              .description("Sign-in codes by what became of their mail")
              .tag("outcome", word(outcome))
              .register(registry));
    }
  }

  /** Starts to measure what is read at each scrape. A reading costs nothing that grows. */
  void observe(Server jetty, Database database, LastUse lastUse, List<WorkerPool> workers) {
    database.observe(new MicrometerMetricsTrackerFactory(registry), this);
    for (WorkerPool pool : workers) {
      Gauge.builder("adraa.workers.busy", pool::busy)
          .description("Worker threads that answer a request now")
          .tag("pool", pool.name())
          .register(registry);
      Gauge.builder("adraa.workers.waiting", pool::waiting)
          .description("Requests that wait for a worker thread")
          .tag("pool", pool.name())
          .register(registry);
    }
    FunctionCounter.builder("adraa.log.dropped", this, unused -> StderrAppender.dropped())
        .description("Log lines that were dropped because stderr was not read")
        .register(registry);
    Gauge.builder("adraa.last.use.backlog", lastUse::backlog)
        .description("Tokens whose last use is not written yet")
        .register(registry);
    database.file().ifPresent(this::observe);
    JettyConnectionMetrics.addToAllConnectors(jetty, registry);
    for (MeterBinder binder :
        List.of(
            new JettyServerThreadPoolMetrics(jetty.getThreadPool(), List.of()),
            new LogbackMetrics(),
            new JvmInfoMetrics(),
            new JvmMemoryMetrics(),
            new JvmGcMetrics(),
            new JvmThreadMetrics(),
            new ClassLoaderMetrics(),
            new ProcessorMetrics(),
            new FileDescriptorMetrics(),
            new UptimeMetrics())) {
      binder.bindTo(registry);
      if (binder instanceof AutoCloseable closeable) {
        binders.add(closeable);
      }
    }
  }

  private void observe(Path file) {
    for (Map.Entry<String, Path> part :
        Map.of("database", file, "wal", Path.of(file + "-wal")).entrySet()) {
      Gauge.builder("adraa.database.size", () -> size(part.getValue()))
          .description("Bytes of the database's file and of its write-ahead log")
          .baseUnit("bytes")
          .tag("file", part.getKey())
          .register(registry);
    }
    Path directory = file.toAbsolutePath().getParent();
    new DiskSpaceMetrics((directory == null ? file : directory).toFile()).bindTo(registry);
  }

  /** All metrics, in Prometheus' text format. */
  String scrape() {
    return registry.scrape();
  }

  void verified(Verification outcome) {
    Counter counter = verifications.get(outcome);
    if (counter != null) {
      counter.increment();
    }
  }

  void mailed(Mail outcome) {
    Counter counter = mails.get(outcome);
    if (counter != null) {
      counter.increment();
    }
  }

  void refusedByRateLimit() {
    rateLimited.increment();
  }

  /** Times each request that Jetty answers, those included that no handler saw. */
  @Override
  public void log(Request request, Response response) {
    String method = request.getMethod();
    RequestKind kind =
        new RequestKind(
            Operation.of(request),
            METHODS.contains(method) ? method : "other",
            response.getStatus());
    Timer timer = requests.get(kind);
    if (timer == null) {
      timer = requests.computeIfAbsent(kind, this::timer);
    }
    timer.record(NanoTime.since(request.getHeadersNanoTime()), TimeUnit.NANOSECONDS);
  }

  @Override
  public void logAfterExecution(StatementContext context) {
    statement(context.getRawSql(), context.getElapsedTime(ChronoUnit.NANOS));
  }

  /** Times a statement of SQL. */
  void statement(String sql, long nanos) {
    // Statements are this program's constants, so there are few.
    Timer timer = statements.get(sql);
    if (timer == null) {
      timer = statements.computeIfAbsent(sql, this::timer);
    }
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void logException(StatementContext context, SQLException failure) {
    logAfterExecution(context);
  }

  @Override
  public void close() {
    for (AutoCloseable binder : binders) {
      try {
        binder.close();
      } catch (Exception e) {
        LOG.warn("Cannot stop measuring", e);
      }
    }
    registry.close();
  }

  private Timer timer(RequestKind kind) {
    return Timer.builder("adraa.requests")
        .description("Requests from their headers' arrival to the end of their answer")
        .tag("operation", kind.operation())
        .tag("method", kind.method())
        .tag("status", Integer.toString(kind.status()))
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  private Timer timer(String sql) {
    Matcher name = STATEMENT.matcher(sql);
    return Timer.builder("adraa.statements")
        .description("Execution of SQL statements, without the wait for a connection or a commit")
        .tag("statement", name.lookingAt() ? name.group(1) : "other")
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  private static double size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
