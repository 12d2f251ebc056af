package ai.adraa.inbox.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database of PostgreSQL, for any number of nodes. All read and write at the primary; what {@link
 * #lookUp} reads may come from a {@link Standby}, if that is proven to know what was acknowledged.
 * What is safe to repeat is repeated, for some seconds at most.
 */
final class PostgresDatabase extends Database {
  private static final String POSTGRES = "jdbc:postgresql:";
  // As many as there are processors in larger machines; a pool begins with one.
  private static final int READERS = 8;
  private static final int WRITERS = 8;
  private static final int READ_WAIT_MILLIS = 2_000;
  private static final int WRITE_WAIT_MILLIS = 5_000;
  private static final int STATEMENT_MILLIS = 5_000;
  private static final int CONFIRMATION_SECONDS = 5;
  // In seconds, as the driver's: https://jdbc.postgresql.org/documentation/use/
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "connectTimeout", "2",
          "loginTimeout", "2",
          "socketTimeout", "15",
          "tcpKeepAlive", "true",
          // Or else an exception quotes the row that it could not write, and so would the log.
          "logServerErrorDetail", "false",
          "ApplicationName", "adraa-inbox");
  private static final int ATTEMPTS = 20;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * For each connection: a commit is acknowledged once every synchronous standby shows it, if there
   * are any. Node and command line alike, since others may read from a standby.
   */
  private static final String SETTINGS =
      "SET synchronous_commit = remote_apply; SET statement_timeout = %1$d; SET lock_timeout = %1$d"
          .formatted(STATEMENT_MILLIS);

  private static final String LAZILY =
      "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off";

  /**
   * Who changes nothing, such as one who revokes what is revoked already, acknowledges what another
   * has written, and so has to wait for the standbys as well, which PostgreSQL does only for what
   * writes to its log.
   */
  private static final String CONFIRM =
      """
      /* PostgresDatabase.confirm */
      SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL
        THEN pg_logical_emit_message(true, 'adraa', '')::text END
      """;

  private final HikariDataSource writers;
  private final HikariDataSource readers;
  private final Jdbi writer;
  private final Jdbi reader;
  private final Outage reading;
  private final Outage writing;
  private volatile @Nullable Standby standby;
  private volatile @Nullable Metrics metrics;
  private volatile long noReaderUntil = System.nanoTime();

  private PostgresDatabase(String location, HikariDataSource writers, HikariDataSource readers) {
    super(location);
    this.writers = writers;
    this.readers = readers;
    this.writer = jdbi(writers);
    this.reader = jdbi(readers);
    this.reading = new Outage("Cannot read the database " + location);
    this.writing = new Outage("Cannot write to the database " + location);
  }

  private interface Reading<T extends @Nullable Object> {
    T read() throws SQLException;
  }

  /** Whether the location is that of such a database. */
  static boolean is(String location) {
    return location.startsWith(POSTGRES);
  }

  /** A JDBC URL without what may be secret: the user and the parameters. */
  static String withoutSecrets(String url) {
    return url.replaceAll("\\?.*$", "").replaceAll("//[^/@]*@", "//");
  }

  /**
   * Connects, and brings the tables to this version.
   *
   * @param standby where verifications may read; empty for the primary
   * @throws UserException if it cannot be reached or used, is newer than this program, or if the
   *     standby could miss a revocation
   */
  static PostgresDatabase open(String url, Optional<InboxServer.Standby> standby) {
    String location = withoutSecrets(url);
    HikariDataSource writers = null;
    PostgresDatabase database = null;
    try {
      PGSimpleDataSource primary = dataSource(url, "primary");
      writers = pool("writer", primary, WRITERS, WRITE_WAIT_MILLIS, "TRANSACTION_SERIALIZABLE");
      migrate(location, flyway(primary));
      HikariDataSource readers = readPool("readers", primary);
      database = new PostgresDatabase(location, writers, readers);
      if (standby.isPresent()) {
        database.standby = Standby.open(writers, standby.get());
      }
      return database;
    } catch (RuntimeException e) {
      if (database != null) {
        database.close();
      } else if (writers != null) {
        writers.close();
      }
      throw e instanceof UserException refusal ? refusal : cannotOpen(location, e);
    }
  }

  /**
   * Connections by a URL; what it does not say is set so that nobody waits for long.
   *
   * @param server which of several hosts: primary or secondary
   * @throws UserException if it is no such URL
   */
  static PGSimpleDataSource dataSource(String url, String server) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    try {
      source.setUrl(url);
      for (Map.Entry<String, String> option : DEFAULTS.entrySet()) {
        setUnlessIn(url, source, option.getKey(), option.getValue());
      }
      setUnlessIn(url, source, "targetServerType", server);
      return source;
    } catch (IllegalArgumentException | SQLException e) {
      throw new UserException(
          "Cannot open the database "
              + withoutSecrets(url)
              + ": it is no URL such as jdbc:postgresql://HOST/NAME?user=USER",
          e);
    }
  }

  private static void setUnlessIn(String url, PGSimpleDataSource source, String name, String value)
      throws SQLException {
    if (!url.contains(name + "=")) {
      source.setProperty(name, value);
    }
  }

  static HikariDataSource readPool(String name, PGSimpleDataSource connections) {
    return pool(name, connections, READERS, READ_WAIT_MILLIS, "TRANSACTION_READ_COMMITTED");
  }

  private static HikariDataSource pool(
      String name, PGSimpleDataSource connections, int size, int waitMillis, String isolation) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(connections);
    config.setMaximumPoolSize(size);
    // A command needs one, and a server soon has as many as it uses.
    config.setMinimumIdle(1);
    config.setConnectionTimeout(waitMillis);
    config.setInitializationFailTimeout(1);
    config.setTransactionIsolation(isolation);
    config.setConnectionInitSql(SETTINGS);
    config.setExceptionOverride(new EvictDisturbed());
    return new HikariDataSource(config);
  }

  /** The migrations of this program, against those of a database. */
  static Flyway flyway(PGSimpleDataSource database) {
    return Flyway.configure().dataSource(database).locations("classpath:db/postgresql").load();
  }

  @Override
  Optional<Path> file() {
    return Optional.empty();
  }

  @Override
  String sql(String sqlite, String postgres) {
    return postgres;
  }

  @Override
  SQLException damaged(String what) {
    return new SQLException(what, DatabaseUnavailableException.INDEX_CORRUPTED);
  }

  @Override
  void observe(MetricsTrackerFactory pools, Metrics statements) {
    metrics = statements;
    writers.setMetricsTrackerFactory(pools);
    readers.setMetricsTrackerFactory(pools);
    writer.setSqlLogger(statements);
    reader.setSqlLogger(statements);
  }

  @Override
  void check() {
    Optional<Integer> unused =
        lookUp("/* PostgresDatabase.check */ SELECT 1 FROM api_token LIMIT 1", row -> 1);
  }

  @Override
  Optional<String> warning() {
    Standby current = standby;
    return current == null || current.isFresh()
        ? Optional.empty()
        : Optional.of("standby_not_used");
  }

  @Override
  <T extends @Nullable Object> T read(Function<Handle, T> query) {
    return ask(() -> reader.withHandle(query::apply));
  }

  @Override
  <T> Optional<T> lookUp(String sql, Row<T> row, Object... keys) {
    Standby current = standby;
    if (current != null) {
      // What it does not know for certain, the primary does.
      Optional<Optional<T>> found = current.ask(pool -> lookUp(pool, sql, row, keys));
      if (found.isPresent()) {
        return found.get();
      }
    }
    return ask(() -> lookUp(readers, sql, row, keys));
  }

  private <T> Optional<T> lookUp(HikariDataSource pool, String sql, Row<T> row, Object... keys)
      throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < keys.length; i++) {
        statement.setObject(i + 1, keys[i]);
      }
      long begin = System.nanoTime();
      try (ResultSet found = statement.executeQuery()) {
        return found.next() ? Optional.of(row.of(found)) : Optional.empty();
      } finally {
        Metrics observing = metrics;
        if (observing != null) {
          observing.statement(sql, System.nanoTime() - begin);
        }
      }
    }
  }

  /** Never: the network is between. */
  @Override
  boolean isQuick() {
    return false;
  }

  private <T extends @Nullable Object> T ask(Reading<T> query) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READ_WAIT_MILLIS);
    for (int attempt = 1; ; attempt++) {
      try {
        if (System.nanoTime() < noReaderUntil && hasNoConnection(readers)) {
          throw new SQLTransientConnectionException("No connection can be opened");
        }
        T answer = query.read();
        reading.ended();
        return answer;
      } catch (RuntimeException | SQLException e) {
        if (hasNoConnection(readers)) {
          // Or else each request would wait for a connection, until no thread is left.
          noReaderUntil = System.nanoTime() + RETRY_NANOS;
        }
        if (attempt == ATTEMPTS
            || System.nanoTime() > end
            || !(isDisturbed(e) || isConflict(e))
            || hasNoConnection(readers)) {
          throw failure(reading, e);
        }
        recover(readers, e, attempt);
      }
    }
  }

  @Override
  <T extends @Nullable Object> T write(Function<Handle, T> work) {
    return write(
        handle -> {
          T answer = work.apply(handle);
          handle.createQuery(CONFIRM).mapTo(String.class).findOne();
          return answer;
        },
        true);
  }

  @Override
  <T extends @Nullable Object> T writeLazily(Function<Handle, T> work) {
    return write(
        handle -> {
          handle.execute(LAZILY);
          return work.apply(handle);
        },
        false);
  }

  private <T extends @Nullable Object> T write(Function<Handle, T> work, boolean confirmed) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WRITE_WAIT_MILLIS);
    for (int attempt = 1; ; attempt++) {
      AtomicBoolean committing = new AtomicBoolean();
      try {
        T answer = writer.withHandle(handle -> transact(handle, work, confirmed, committing));
        writing.ended();
        return answer;
      } catch (RuntimeException | SQLException e) {
        // What fails on its way to be committed may be committed.
        if (attempt == ATTEMPTS
            || System.nanoTime() > end
            || !(isConflict(e) || (isDisturbed(e) && !committing.get()))) {
          throw failure(writing, e);
        }
        recover(writers, e, attempt);
      }
    }
  }

  private <T extends @Nullable Object> T transact(
      Handle handle, Function<Handle, T> work, boolean confirmed, AtomicBoolean committing)
      throws SQLException {
    handle.begin();
    try {
      T answer = work.apply(handle);
      committing.set(true);
      // As a statement, since a commit has no timeout of its own while it waits for standbys.
      try (Statement commit = handle.getConnection().createStatement()) {
        commit.setQueryTimeout(CONFIRMATION_SECONDS);
        commit.execute("COMMIT");
        if (confirmed && commit.getWarnings() != null) {
          // It is committed here, but PostgreSQL warns that a standby may not know of it.
          throw writing.refuse(
              "a synchronous standby does not answer; bring it back, or stop the nodes that read"
                  + " from it and take it out of synchronous_standby_names");
        }
      }
      handle.commit();
      return answer;
    } catch (RuntimeException | SQLException | Error e) {
      try {
        handle.rollback();
      } catch (RuntimeException unused) {
        // Without a connection there is nothing to undo.
        e.addSuppressed(unused);
      }
      throw e;
    }
  }

  /** After a failover no connection is of use, and each would make another request fail. */
  private static void recover(HikariDataSource pool, Exception failure, int attempt) {
    if (isDisturbed(failure)) {
      pool.getHikariPoolMXBean().softEvictConnections();
    }
    // At random, or those who were in each other's way would be so again.
    long most = TimeUnit.MILLISECONDS.toNanos(4L << Math.min(attempt, 5));
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
  }

  private static boolean hasNoConnection(HikariDataSource pool) {
    return pool.isClosed() || pool.getHikariPoolMXBean().getTotalConnections() == 0;
  }

  private RuntimeException failure(Outage outage, Exception failure) {
    if (failure instanceof DatabaseUnavailableException unavailable) {
      return unavailable;
    }
    if (failure instanceof ApiException || failure instanceof UserException) {
      return (RuntimeException) failure;
    }
    Optional<String> reason = DatabaseUnavailableException.reason(failure);
    if (reason.isPresent()) {
      return outage.refuse(reason.get(), failure);
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException(failure);
  }

  @Override
  public void close() {
    Standby current = standby;
    if (current != null) {
      current.close();
    }
    readers.close();
    writers.close();
  }

  /** Whether two transactions met, so that one was undone: SQLSTATE class 40. */
  private static boolean isConflict(Throwable failure) {
    return state(failure).startsWith("40");
  }

  /** Whether it is the connection that failed, or what it leads to writes no more. */
  static boolean isDisturbed(Throwable failure) {
    String state = state(failure);
    return state.startsWith("08") || state.startsWith("57P") || state.equals("25006");
  }

  private static String state(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return "";
  }

  /** A connection to what was the primary is of no use any more. */
  static final class EvictDisturbed implements SQLExceptionOverride {
    @java.lang.Override
    public Override adjudicate(SQLException failure) {
      return isDisturbed(failure) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
  }
}
