package ai.adraa.inbox.conformance.support;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A real PostgreSQL server of the test's own, on any free port. */
public final class Postgres implements AutoCloseable {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final Duration START = Duration.ofSeconds(60);

  private final Path data;
  private final Map<String, String> settings;
  private EmbeddedPostgres server;

  private Postgres(Path data, Map<String, String> settings) throws IOException {
    this.data = data;
    this.settings = settings;
    this.server = builder().start();
  }

  private static final class Shared {
    public static final Postgres SERVER = start(Map.of());

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
    }
  }

  /** One for all tests, which lives as long as they do. */
  public static Postgres shared() {
    return Shared.SERVER;
  }

  /** Starts an empty one. */
  public static Postgres start(Map<String, String> settings) {
    try {
      return new Postgres(
          Files.createTempDirectory("adraa-inbox-postgres").resolve("data"), settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private EmbeddedPostgres.Builder builder() {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setPGStartupWait(START)
            // As a server that keeps what it acknowledged; the library's own trade that for speed.
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("max_connections", "200")
            .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log(data).toFile()))
            .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log(data).toFile()));
    settings.forEach(builder::setServerConfig);
    return builder;
  }

  /** Starts it again on the same port, after {@link #kill}. */
  public void restart() {
    try {
      int port = port();
      server.close();
      server = builder().setPort(port).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path log(Path data) {
    return data.resolveSibling(data.getFileName() + ".log");
  }

  /** A new database on it. */
  public String newDatabase() {
    String name = "inbox_" + DATABASES.incrementAndGet();
    execute("CREATE DATABASE " + name);
    return name;
  }

  /** By which a server of ours uses a database. */
  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:%s/%s?user=postgres".formatted(port(), database);
  }

  public int port() {
    return server.getPort();
  }

  public Path log() {
    return log(data);
  }

  public Connection connect() throws SQLException {
    return server.getPostgresDatabase().getConnection();
  }

  /** Runs a statement as its administrator. */
  public void execute(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The one value that a query gives. */
  public String query(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : "";
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /**
   * Starts a hot standby of this server under a name, from a copy of its files.
   *
   * @param primaryPort by which it reaches this server
   */
  public Postgres standby(String name, int primaryPort, Map<String, String> settings) {
    try {
      Path copy = data.resolveSibling(name);
      try (Connection connection = connect();
          Statement statement = connection.createStatement()) {
        statement.execute("SELECT pg_backup_start('" + name + "', true)");
        copy(data, copy);
        String label;
        try (ResultSet stopped =
            statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
          stopped.next();
          label = stopped.getString(1);
        }
        Files.writeString(copy.resolve("backup_label"), label);
      }
      copy(data.resolve("pg_wal"), copy.resolve("pg_wal"));
      Files.createFile(copy.resolve("standby.signal"));
      Files.writeString(
          copy.resolve("postgresql.auto.conf"),
          """
          cluster_name = '%1$s'
          primary_conninfo = 'host=127.0.0.1 port=%2$s user=postgres application_name=%1$s'
          recovery_target_timeline = 'latest'
          wal_retrieve_retry_interval = '200ms'
          synchronous_standby_names = ''
          """
              .formatted(name, primaryPort),
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING);
      return new Postgres(copy, settings);
    } catch (IOException | SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        String name = file.getFileName().toString();
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!List.of("postmaster.pid", "postmaster.opts", "epg-lock").contains(name)) {
          try {
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
          } catch (NoSuchFileException e) {
            // It was removed meanwhile, as files of statistics are; the log has what matters.
          }
        }
      }
    }
    if (Files.exists(to.resolve("PG_VERSION"))) {
      Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwx------"));
    }
  }

  /** As a machine that loses its power. */
  public void kill() {
    try {
      long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
      List<ProcessHandle> all =
          Stream.concat(
                  ProcessHandle.of(pid).stream(),
                  ProcessHandle.of(pid).stream().flatMap(ProcessHandle::children))
              .toList();
      all.forEach(ProcessHandle::destroyForcibly);
      all.forEach(process -> process.onExit().join());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(log(data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
