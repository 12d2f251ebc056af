package ai.adraa.inbox.server.database.postgresql;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.database.FailureLog;
import ai.adraa.inbox.server.database.StatementTimer;
import ai.adraa.inbox.server.error.OperatorException;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.util.IsolationLevel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Serves any number of nodes from one PostgreSQL database. All reads and writes use the primary,
 * except that {@link #lookUp} may read from a {@link Standby} that is proven to have every
 * acknowledged commit. Failed operations that are safe to retry are retried for a few seconds.
 */
public final class PostgresDatabase extends Database {
  // About the number of processors of a larger machine. A pool starts with one connection.
  static final int READERS = 8;
  private static final int WRITERS = 8;
  static final int READ_WAIT_MILLIS = 2_000;
  private static final int WRITE_WAIT_MILLIS = 5_000;
  private static final int CONFIRMATION_SECONDS = 5;
  private static final Pattern SERVER_TYPE =
      Pattern.compile("[?&]targetServerType=(?!primary(&|$))");
  private static final int ATTEMPTS = 20;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final String LAZILY =
      "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off";

  /**
   * Makes the commit wait until every synchronous standby, if there are any, shows it. Nodes and
   * the command line both do this, because other nodes may read from a standby.
   *
   * <p>A transaction that changes nothing, such as the revocation of a revoked token, acknowledges
   * what another transaction wrote, so it must wait as well. PostgreSQL waits only for transactions
   * that write to its log, hence the message.
   *
   * <p>The statement sets both settings itself: with other values PostgreSQL would not wait, or
   * would not warn that it stopped waiting.
   */
  private static final String CONFIRM =
      """
      /* PostgresDatabase.confirm */
      SELECT set_config('synchronous_commit', 'remote_apply', true),
        set_config('client_min_messages', 'warning', true),
        CASE WHEN pg_current_xact_id_if_assigned() IS NULL
          THEN pg_logical_emit_message(true, 'adraa', '')::text END
      """;

  private final HikariDataSource writers;
  private final HikariDataSource readers;
  private final Jdbi writer;
  private final Jdbi reader;
  private final FailureLog reading;
  private final FailureLog writing;
  private volatile @Nullable Standby standby;
  private volatile @Nullable StatementTimer statements;
  private volatile long noReaderUntil = System.nanoTime();

  private PostgresDatabase(String location, HikariDataSource writers, HikariDataSource readers) {
    super(location);
    this.writers = writers;
    this.readers = readers;
    this.writer = jdbi(writers);
    this.reader = jdbi(readers);
    this.reading = new FailureLog("Cannot read the database " + location);
    this.writing = new FailureLog("Cannot write to the database " + location);
  }

  private interface Reading<T extends @Nullable Object> {
    public T read() throws SQLException;
  }

  /**
   * Connects and migrates the tables to this program's version.
   *
   * @param standby the standby that verifications read from; empty to read from the primary
   * @throws OperatorException if the database cannot be reached or used, if a newer version of this
   *     program wrote it, or if the standby could miss a revocation
   */
  public static PostgresDatabase open(DatabaseLocation database, Optional<StandbyOptions> standby) {
    String url = database.text();
    String location = database.toString();
    if (SERVER_TYPE.matcher(url).find()) {
      throw new OperatorException(
          "Cannot open the database "
              + location
              + ": its targetServerType must be primary, because other servers may lag behind;"
              + " set --database-read to read from a standby");
    }
    HikariDataSource writers = null;
    PostgresDatabase opened = null;
    try {
      writers =
          PostgresConnections.pool(
              "writer",
              PostgresConnections.primary(url),
              WRITERS,
              WRITE_WAIT_MILLIS,
              IsolationLevel.TRANSACTION_SERIALIZABLE);
      migrate(location, flyway(PostgresConnections.primary(url)));
      HikariDataSource readers =
          PostgresConnections.pool(
              "readers",
              PostgresConnections.primary(url),
              READERS,
              READ_WAIT_MILLIS,
              IsolationLevel.TRANSACTION_READ_COMMITTED);
      opened = new PostgresDatabase(location, writers, readers);
      if (standby.isPresent()) {
        opened.standby = Standby.open(url, standby.get());
      }
      return opened;
    } catch (RuntimeException e) {
      if (opened != null) {
        opened.close();
      } else if (writers != null) {
        writers.close();
      }
      throw e instanceof OperatorException refusal ? refusal : unopened(location, e);
    }
  }

  /** Returns Flyway for the given database with this program's PostgreSQL migrations. */
  static Flyway flyway(PGSimpleDataSource database) {
    return flyway(database, "postgresql");
  }

  @Override
  public Optional<Path> file() {
    return Optional.empty();
  }

  @Override
  public String sql(String sqlite, String postgres) {
    return postgres;
  }

  @Override
  public SQLException damaged(String what) {
    return new SQLException(what, PostgresFailure.INDEX_CORRUPTED);
  }

  @Override
  public void observe(MetricsTrackerFactory pools, StatementTimer timer) {
    statements = timer;
    writers.setMetricsTrackerFactory(pools);
    readers.setMetricsTrackerFactory(pools);
    writer.setSqlLogger(timer.logger());
    reader.setSqlLogger(timer.logger());
  }

  @Override
  public void check() {
    Optional<Integer> unused =
        lookUp("/* PostgresDatabase.check */ SELECT 1 FROM api_token LIMIT 1", row -> 1);
  }

  @Override
  public Optional<String> warning() {
    Standby current = standby;
    return current == null || current.isFresh()
        ? Optional.empty()
        : Optional.of("standby_not_used");
  }

  @Override
  public <T extends @Nullable Object> T read(Function<Handle, T> query) {
    return ask(() -> reader.withHandle(query::apply));
  }

  @Override
  public <T> Optional<T> lookUp(String sql, Row<T> row, Object... keys) {
    Standby current = standby;
    if (current != null) {
      // Empty means that the standby may be behind: ask the primary.
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
        StatementTimer observing = statements;
        if (observing != null) {
          observing.record(sql, System.nanoTime() - begin);
        }
      }
    }
  }

  /** Always false, because every lookup crosses the network. */
  @Override
  public boolean isQuick() {
    return false;
  }

  private <T extends @Nullable Object> T ask(Reading<T> query) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READ_WAIT_MILLIS);
    if (System.nanoTime() < noReaderUntil && hasNoConnection(readers)) {
      // Otherwise each request would wait for a connection until no thread is left.
      throw failure(reading, new SQLException("No connection can be opened", "08001"));
    }
    for (int attempt = 1; ; attempt++) {
      try {
        T answer = query.read();
        reading.ended();
        return answer;
      } catch (RuntimeException | SQLException e) {
        boolean waited = PostgresFailure.isTimeout(e);
        if (waited && hasNoConnection(readers)) {
          noReaderUntil = System.nanoTime() + RETRY_NANOS;
        }
        if (waited
            || attempt == ATTEMPTS
            || System.nanoTime() > end
            || !(PostgresFailure.isDisturbed(e) || PostgresFailure.isConflict(e))) {
          throw failure(reading, e);
        }
        recover(readers, e, attempt);
      }
    }
  }

  @Override
  public <T extends @Nullable Object> T write(Function<Handle, T> work) {
    return write(
        handle -> {
          T answer = work.apply(handle);
          String unused = handle.createQuery(CONFIRM).mapTo(String.class).one();
          return answer;
        },
        true);
  }

  /** {@inheritDoc} Another node may read from a standby. */
  @Override
  public void confirm() {
    write(handle -> null);
  }

  @Override
  public <T extends @Nullable Object> T writeLazily(Function<Handle, T> work) {
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
        // After a lost connection during COMMIT the write may be committed, so it is not retried.
        if (attempt == ATTEMPTS
            || System.nanoTime() > end
            || !(PostgresFailure.isConflict(e)
                || (PostgresFailure.isDisturbed(e) && !committing.get()))) {
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
      // Sent as a statement, because a commit that waits for standbys has no timeout of its own.
      try (Statement commit = handle.getConnection().createStatement()) {
        commit.setQueryTimeout(CONFIRMATION_SECONDS);
        commit.execute("COMMIT");
        if (confirmed && commit.getWarnings() != null) {
          // The primary has committed, but PostgreSQL warns that a standby may not have the commit.
          throw writing.refuse(
              "a synchronous standby does not respond; start it again, or stop the nodes that read"
                  + " from it and remove it from synchronous_standby_names");
        }
      }
      handle.commit();
      return answer;
    } catch (RuntimeException | SQLException | Error e) {
      try {
        handle.rollback();
      } catch (RuntimeException unused) {
        // If the connection is lost, the server rolls back by itself.
        e.addSuppressed(unused);
      }
      throw e;
    }
  }

  /**
   * Prepares the next attempt. After a failover every pooled connection is useless and would make
   * another request fail, so all are evicted.
   */
  private static void recover(HikariDataSource pool, Exception failure, int attempt) {
    if (PostgresFailure.isDisturbed(failure)) {
      pool.getHikariPoolMXBean().softEvictConnections();
    }
    // A random delay keeps transactions that conflicted from conflicting again.
    long most = TimeUnit.MILLISECONDS.toNanos(4L << Math.min(attempt, 5));
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
  }

  private static boolean hasNoConnection(HikariDataSource pool) {
    return pool.isClosed() || pool.getHikariPoolMXBean().getTotalConnections() == 0;
  }

  static OperatorException unopened(String location, Exception failure) {
    return cannotOpen(location, failure, PostgresFailure.reason(failure));
  }

  private RuntimeException failure(FailureLog outage, Exception failure) {
    if (failure instanceof DatabaseUnavailableException unavailable) {
      return unavailable;
    }
    Optional<String> reason = PostgresFailure.reason(failure);
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
}
