package ai.adraa.inbox.server.database.sqlite;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.StatementTimer;
import ai.adraa.inbox.server.error.OperatorException;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;
import org.sqlite.jdbc4.JDBC4Connection;

/** All connections to one SQLite file: one that writes and several that read. Thread-safe. */
final class Connections implements AutoCloseable {
  /** How long a write waits for the connection, and then for locks of other processes. */
  static final int WRITE_WAIT_MILLIS = 5_000;

  /** How long a read waits for a connection. */
  static final int READ_WAIT_MILLIS = 2_000;

  private static final Logger LOG = LoggerFactory.getLogger(SqliteDatabase.class);
  private static final int READERS = 8;
  // Per connection. Holds the pages that look up 1000 tokens in use, however many tokens exist.
  private static final int CACHE_KIB = 8 * 1024;

  private final Path file;
  private final DatabaseFiles files;
  // Stays open and idle. Keeps SQLite from removing the log, and the system from reusing the
  // files' identities.
  private final Connection anchor;
  private final HikariDataSource writers;
  private final HikariDataSource readers;
  private final Jdbi writer;
  private final Jdbi reader;
  private volatile @Nullable StatementTimer statements;

  private Connections(
      Path file,
      DatabaseFiles files,
      Connection anchor,
      HikariDataSource writers,
      HikariDataSource readers,
      Function<DataSource, Jdbi> jdbi) {
    this.file = file;
    this.files = files;
    this.anchor = anchor;
    this.writers = writers;
    this.readers = readers;
    this.writer = jdbi.apply(writers);
    this.reader = jdbi.apply(readers);
  }

  /**
   * Opens an existing file.
   *
   * @param location the database's name in messages
   * @param migrate migrates the tables before anything reads them
   */
  static Connections open(
      String location, Path file, Consumer<DataSource> migrate, Function<DataSource, Jdbi> jdbi)
      throws SQLException, IOException {
    Connection anchor =
        new KeepingDataSource(file, config(TransactionMode.DEFERRED), null).getConnection();
    HikariDataSource writers = null;
    try {
      requireLog(location, anchor);
      DatabaseFiles files = DatabaseFiles.of(location, file);
      writers = pool("writer", file, TransactionMode.IMMEDIATE, files, 1, WRITE_WAIT_MILLIS);
      migrate.accept(writers);
      HikariDataSource readers =
          pool("readers", file, TransactionMode.DEFERRED, files, READERS, READ_WAIT_MILLIS);
      return new Connections(file, files, anchor, writers, readers, jdbi);
    } catch (RuntimeException | SQLException | IOException e) {
      if (writers != null) {
        writers.close();
      }
      anchor.close();
      throw e;
    }
  }

  /**
   * Requires that WAL works on this file system. Also makes SQLite open the log, which it does on
   * the first read.
   */
  private static void requireLog(String location, Connection anchor) throws SQLException {
    try (Statement statement = anchor.createStatement()) {
      try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode")) {
        if (!mode.next() || !"wal".equals(mode.getString(1))) {
          throw new OperatorException(
              "Cannot open the database "
                  + location
                  + ": its file system has no shared memory for SQLite's WAL; keep it on a local"
                  + " disk, not on a network file system");
        }
      }
      statement.executeQuery("SELECT count(*) FROM sqlite_schema").close();
    }
  }

  private static SQLiteConfig config(TransactionMode transactionMode) {
    SQLiteConfig config = new SQLiteConfig();
    // A running server must not create an empty file in place of a removed one and continue on it.
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    // SQLite's mutexes are not needed: the driver lets one thread at a time use a connection.
    config.setOpenMode(SQLiteOpenMode.NOMUTEX);
    config.setCacheSize(-CACHE_KIB);
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // With WAL, an acknowledged commit survives a power failure only with FULL.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(WRITE_WAIT_MILLIS);
    config.setTransactionMode(transactionMode);
    return config;
  }

  private static HikariDataSource pool(
      String name,
      Path file,
      TransactionMode transactionMode,
      DatabaseFiles files,
      int size,
      int waitMillis) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(new KeepingDataSource(file, config(transactionMode), files));
    config.setMaximumPoolSize(size);
    config.setConnectionTimeout(waitMillis);
    config.setInitializationFailTimeout(1);
    config.setExceptionOverride(new EvictDisturbed());
    return new HikariDataSource(config);
  }

  DatabaseFiles files() {
    return files;
  }

  void observe(MetricsTrackerFactory pools, StatementTimer timer) {
    statements = timer;
    writers.setMetricsTrackerFactory(pools);
    readers.setMetricsTrackerFactory(pools);
    writer.setSqlLogger(timer.logger());
    reader.setSqlLogger(timer.logger());
  }

  <T extends @Nullable Object> T read(Function<Handle, T> query) {
    return reader.withHandle(query::apply);
  }

  <T> Optional<T> lookUp(String sql, Database.Row<T> row, Object... keys) throws SQLException {
    try (Connection connection = readers.getConnection()) {
      PreparedStatement statement = connection.unwrap(KeepingConnection.class).prepared(sql);
      for (int i = 0; i < keys.length; i++) {
        statement.setObject(i + 1, keys[i]);
      }
      long begin = System.nanoTime();
      try (ResultSet found = statement.executeQuery()) {
        return found.next() ? Optional.of(row.of(found)) : Optional.empty();
      } catch (SQLException e) {
        // The connection may keep the failure's state. The pool does not see this failure,
        // because the statement bypasses its wrapper.
        readers.evictConnection(connection);
        throw e;
      } finally {
        StatementTimer observing = statements;
        if (observing != null) {
          observing.record(sql, System.nanoTime() - begin);
        }
      }
    }
  }

  /**
   * Runs a query on a new connection. A pooled one may answer from its cache what the file has
   * lost.
   */
  void readAnew(Consumer<Handle> query) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(READ_WAIT_MILLIS);
    Jdbi.create(new KeepingDataSource(file, config, files)).useHandle(query::accept);
  }

  boolean hasIdleReader() {
    return readers.getHikariPoolMXBean().getIdleConnections() > 0;
  }

  boolean hasNoReader() {
    return readers.isClosed() || readers.getHikariPoolMXBean().getTotalConnections() == 0;
  }

  /** Runs the work in one transaction, which has the write lock before the work starts. */
  void transact(Consumer<Handle> work) throws SQLException {
    AtomicBoolean begun = new AtomicBoolean();
    HandleCallback<@Nullable Void, SQLException> transaction =
        handle -> {
          begin(handle, TransactionMode.IMMEDIATE);
          return handle.inTransaction(
              ours -> {
                begun.set(true);
                // The driver begins the next transaction as part of the commit. If that took the
                // write lock it could fail, and the caller would see a failure although the
                // commit succeeded.
                begin(ours, TransactionMode.DEFERRED);
                work.accept(ours);
                return null;
              });
        };
    try {
      writer.withHandle(transaction);
    } catch (RuntimeException | SQLException e) {
      if (begun.get() || !SqliteFailure.isReadOnly(e)) {
        throw e;
      }
      // The file may have been read-only only when this connection was opened. The pool has
      // evicted that connection, so the second attempt uses a new one.
      writer.withHandle(transaction);
    }
  }

  /** Sets the mode in which the connection begins its next transaction. */
  private static void begin(Handle handle, TransactionMode mode) throws SQLException {
    handle
        .getConnection()
        .unwrap(SQLiteConnection.class)
        .getConnectionConfig()
        .setTransactionMode(mode);
  }

  /**
   * Looks for damage in all pages. It does not compare the indexes with their tables; the {@code
   * check} command does.
   */
  void requireSound() throws SQLException {
    try (Statement statement = anchor.createStatement();
        ResultSet check = statement.executeQuery("PRAGMA quick_check(1)")) {
      if (!check.next() || !"ok".equals(check.getString(1))) {
        throw SqliteFailure.damaged("quick_check");
      }
    }
  }

  /** Moves all commits from the log into the database file and empties the log. */
  void emptyLog() {
    try (Statement statement = anchor.createStatement()) {
      statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)").close();
    } catch (SQLException e) {
      LOG.warn("Cannot move the log into the database file: {}", e.getMessage());
    }
  }

  /**
   * Closes the connections, unless the files have changed: SQLite removes the log when it closes
   * the last connection, and by its name that may be the log of another database.
   */
  @Override
  public void close() {
    readers.close();
    writers.close();
    if (files.look().isPresent()) {
      return;
    }
    try {
      anchor.close();
    } catch (SQLException e) {
      LOG.warn("Cannot close the database cleanly: {}", e.getMessage());
    }
  }

  /** Opens connections to the given files only, never to a file that replaced one of them. */
  private static final class KeepingDataSource extends SQLiteDataSource {
    private final String file;
    private final @Nullable DatabaseFiles files;

    KeepingDataSource(Path file, SQLiteConfig config, @Nullable DatabaseFiles files) {
      super(config);
      setUrl("jdbc:sqlite:" + file);
      this.file = file.toString();
      this.files = files;
    }

    @Override
    public SQLiteConnection getConnection(@Nullable String user, @Nullable String password)
        throws SQLException {
      requireUnchanged();
      SQLiteConnection connection =
          new KeepingConnection(getUrl(), file, getConfig().toProperties());
      try {
        requireUnchanged();
        return connection;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    }

    private void requireUnchanged() throws SQLException {
      if (files != null && files.look().isPresent()) {
        throw new SQLTransientConnectionException("The database was replaced");
      }
    }
  }

  /** Keeps its prepared statements for the next request, since preparing one is slow. */
  private static final class KeepingConnection extends JDBC4Connection {
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    KeepingConnection(String url, String file, Properties config) throws SQLException {
      super(url, file, config);
    }

    PreparedStatement prepared(String sql) throws SQLException {
      PreparedStatement statement = prepared.get(sql);
      if (statement == null) {
        statement = prepareStatement(sql);
        prepared.put(sql, statement);
      }
      return statement;
    }
  }

  /** Evicts a connection after a failure whose state it may keep. */
  static final class EvictDisturbed implements SQLExceptionOverride {
    @java.lang.Override
    public Override adjudicate(SQLException failure) {
      return failure instanceof SQLiteException sqlite
              && switch (SqliteFailure.primary(sqlite)) {
                case SQLITE_FULL,
                    SQLITE_IOERR,
                    SQLITE_READONLY,
                    SQLITE_CANTOPEN,
                    SQLITE_CORRUPT,
                    SQLITE_NOTADB,
                    SQLITE_PROTOCOL ->
                    true;
                default -> false;
              }
          ? Override.MUST_EVICT
          : Override.CONTINUE_EVICT;
    }
  }
}
