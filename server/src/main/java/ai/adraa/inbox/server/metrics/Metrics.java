package ai.adraa.inbox.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
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
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the server's metrics and exports them for Prometheus. Only {@code http}, {@code management}
 * and the root use this class; other packages receive a function to call. Label values must come
 * from a small fixed set, never from a caller. Thread-safe.
 */
public final class Metrics implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Metrics.class);
  private static final Pattern STATEMENT = Pattern.compile("/\\* ([A-Za-z]+\\.[A-Za-z]+)");
  private static final Duration[] BUCKETS =
      Stream.of(100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000)
          .map(micros -> Duration.of(micros, ChronoUnit.MICROS))
          .toArray(Duration[]::new);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, Timer> statements = new ConcurrentHashMap<>();
  private final List<AutoCloseable> binders = new ArrayList<>();

  /** Returns the registry, for libraries that register their own metrics. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Returns all metrics in the Prometheus text format. */
  public String scrape() {
    return registry.scrape();
  }

  /**
   * Registers one counter per outcome and returns a function that counts an outcome. All counters
   * are exported from the first scrape, so that a rate includes the first event of each.
   */
  public <E extends Enum<E>> Consumer<E> outcomes(
      String name, String description, Class<E> outcomes) {
    Map<E, Counter> counters = new EnumMap<>(outcomes);
    for (E outcome : outcomes.getEnumConstants()) {
      counters.put(
          outcome,
          Counter.builder(name)
              .description(description)
              .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    return outcome -> {
      Counter counter = counters.get(outcome);
      if (counter != null) {
        counter.increment();
      }
    };
  }

  /** Registers a counter and returns a function that increments it. */
  public Runnable counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry)::increment;
  }

  /** Registers a counter whose value is kept elsewhere. */
  public void counter(String name, String description, LongSupplier count) {
    FunctionCounter.builder(name, count, LongSupplier::getAsLong)
        .description(description)
        .register(registry);
  }

  /**
   * Registers a value that is read on every scrape. Reading it must take constant time.
   *
   * @param tags alternating names and values
   */
  public void gauge(String name, String description, Supplier<Number> value, String... tags) {
    Gauge.builder(name, value).description(description).tags(tags).register(registry);
  }

  /**
   * Registers a timer with buckets from 100 µs to 500 ms.
   *
   * @param tags alternating names and values
   */
  public Timer timer(String name, String description, String... tags) {
    return Timer.builder(name)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  /**
   * Records the execution time of an SQL statement under the name in its leading comment, or under
   * {@code other} if it has none.
   */
  public void statement(String sql, long nanos) {
    Timer timer = statements.get(sql);
    if (timer == null) {
      timer = statements.computeIfAbsent(sql, this::statementTimer);
    }
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** Registers metrics of the process and of the HTTP server. */
  public void observe(Server jetty) {
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

  /** Registers the sizes of a database file and its write-ahead log, and the space on its disk. */
  public void observe(Path file) {
    for (Map.Entry<String, Path> part :
        Map.of("database", file, "wal", Path.of(file + "-wal")).entrySet()) {
      Gauge.builder("adraa.database.size", () -> size(part.getValue()))
          .description("Size of the database file and of its write-ahead log in bytes")
          .baseUnit("bytes")
          .tag("file", part.getKey())
          .register(registry);
    }
    Path directory = file.toAbsolutePath().getParent();
    new DiskSpaceMetrics((directory == null ? file : directory).toFile()).bindTo(registry);
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

  private Timer statementTimer(String sql) {
    Matcher name = STATEMENT.matcher(sql);
    return timer(
        "adraa.statements",
        "Execution time of SQL statements, without waiting for a connection or a commit",
        "statement",
        name.lookingAt() ? name.group(1) : "other");
  }

  private static double size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return Double.NaN;
    }
  }
}
