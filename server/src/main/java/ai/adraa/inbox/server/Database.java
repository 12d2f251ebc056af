package ai.adraa.inbox.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.sqlite.SQLiteConfig;

/**
 * The token store's SQLite database: one connection writes, several read, so that writers queue
 * here and do not end in {@code SQLITE_BUSY}. Other processes may use the same file. Thread-safe.
 */
final class Database implements AutoCloseable {
  private static final String SQLITE = "jdbc:sqlite:";
  private static final int READERS = 8;
  private static final int BUSY_TIMEOUT_MILLIS = 10_000;

  private final String location;
  private final HikariDataSource writers;
  private final HikariDataSource readers;
  private final Jdbi writer;
  private final Jdbi reader;

  private Database(String location, HikariDataSource writers, HikariDataSource readers) {
    this.location = location;
    this.writers = writers;
    this.readers = readers;
    this.writer = jdbi(writers);
    this.reader = jdbi(readers);
  }

  /**
   * Opens the database, creates it if it is not there, and brings its tables to this version.
   *
   * @param location a file, or a JDBC URL that begins with {@code jdbc:sqlite:}
   * @throws UserException if it cannot be opened or is newer than this program
   */
  static Database open(String location) {
    String file = file(location);
    createForOwnerOnly(location, Path.of(file));
    HikariDataSource writers = null;
    HikariDataSource readers = null;
    try {
      writers = pool("writer", SQLITE + file, 1, sqlite(SQLiteConfig.TransactionMode.IMMEDIATE));
      migrate(location, writers);
      readers =
          pool("readers", SQLITE + file, READERS, sqlite(SQLiteConfig.TransactionMode.DEFERRED));
      return new Database(location, writers, readers);
    } catch (RuntimeException e) {
      if (readers != null) {
        readers.close();
      }
      if (writers != null) {
        writers.close();
      }
      throw e instanceof UserException ? e : cannotOpen(location, e);
    }
  }

  /**
   * As {@link #open}, but does not create it.
   *
   * @throws UserException also if it is not there
   */
  static Database openExisting(String location) {
    existing(location);
    return open(location);
  }

  /**
   * The file of a database that is there.
   *
   * @throws UserException if it is not
   */
  static Path existing(String location) {
    Path file = Path.of(file(location));
    if (!Files.exists(file)) {
      throw new UserException(
          "There is no database "
              + location
              + "; name another with --database, or begin one with 'workspace create'");
    }
    return file;
  }

  /** What the operator named: a file or a JDBC URL. */
  String location() {
    return location;
  }

  /** The file. */
  Path path() {
    return Path.of(file(location));
  }

  /** Measures from now on the pools and the statements. */
  void observe(MetricsTrackerFactory pools, SqlLogger statements) {
    for (HikariDataSource pool : List.of(writers, readers)) {
      pool.setMetricsTrackerFactory(pools);
    }
    for (Jdbi jdbi : List.of(writer, reader)) {
      jdbi.setSqlLogger(statements);
    }
  }

  /** Fails if tokens cannot be read. */
  void check() {
    // By a new connection: one of the pool may answer from its cache what the file holds no more.
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    Jdbi.create(SQLITE + file(location), config.toProperties()).useHandle(Database::check);
    // By the pool as well: requests wait for it.
    reader.useHandle(Database::check);
  }

  private static void check(Handle handle) {
    handle
        .createQuery("/* Database.check */ SELECT count(*) FROM (SELECT 1 FROM api_token LIMIT 1)")
        .mapTo(Integer.class)
        .one();
  }

  /** Reads; the handle is valid during the call only. */
  <T extends @org.jspecify.annotations.Nullable Object> T read(Function<Handle, T> query) {
    return reader.withHandle(query::apply);
  }

  /** Writes in one transaction: on return it is on the disk, on an exception nothing is changed. */
  <T extends @org.jspecify.annotations.Nullable Object> T write(Function<Handle, T> work) {
    return writer.inTransaction(work::apply);
  }

  @Override
  public void close() {
    readers.close();
    writers.close();
  }

  /** The file that the location names, there or not. */
  static String file(String location) {
    if (location.startsWith("jdbc:") && !location.startsWith(SQLITE)) {
      throw new UserException(
          "Cannot open the database " + location + ": only SQLite is supported, jdbc:sqlite:FILE");
    }
    String file = location.startsWith(SQLITE) ? location.substring(SQLITE.length()) : location;
    // SQLite's database in memory would be another one for each connection.
    if (file.isBlank() || file.startsWith(":") || file.startsWith("file:") || file.contains("?")) {
      throw new UserException("Cannot open the database " + location + ": name a plain file");
    }
    return file;
  }

  private static Jdbi jdbi(HikariDataSource pool) {
    Jdbi jdbi = Jdbi.create(pool);
    // By default an exception quotes the bound values, and so would the log.
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
    return jdbi;
  }

  private static Properties sqlite(SQLiteConfig.TransactionMode transactionMode) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // With WAL, only FULL keeps an acknowledged commit through a loss of power.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    config.setTransactionMode(transactionMode);
    return config.toProperties();
  }

  private static HikariDataSource pool(String name, String url, int size, Properties properties) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(size);
    config.setConnectionTimeout(BUSY_TIMEOUT_MILLIS);
    config.setInitializationFailTimeout(1);
    config.setDataSourceProperties(properties);
    return new HikariDataSource(config);
  }

  /** The migrations of this program, against those of a database. */
  static Flyway flyway(DataSource database) {
    return Flyway.configure().dataSource(database).locations("classpath:db/sqlite").load();
  }

  private static void migrate(String location, HikariDataSource writers) {
    Flyway flyway = flyway(writers);
    boolean newer =
        Arrays.stream(flyway.info().applied())
            .map(MigrationInfo::getState)
            .anyMatch(s -> s == MigrationState.FUTURE_SUCCESS || s == MigrationState.FUTURE_FAILED);
    if (newer) {
      throw new UserException(
          "The database " + location + " was written by a newer version; update this program");
    }
    if (flyway.info().pending().length > 0) {
      flyway.migrate();
    }
    flyway.validate();
  }

  private static void createForOwnerOnly(String location, Path file) {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // As the operator keeps it.
    } catch (IOException e) {
      throw new UserException(
          "Cannot create the database " + location + ": the directory is missing or not writable",
          e);
    }
  }

  private static UserException cannotOpen(String location, RuntimeException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof SQLException)) {
      cause = cause.getCause();
    }
    String reason =
        failure instanceof FlywayException && !(cause instanceof SQLException)
            ? "its tables are not those of this program"
            : String.valueOf(cause.getMessage()).lines().findFirst().orElse("unknown reason");
    return new UserException("Cannot open the database " + location + ": " + reason, failure);
  }
}
