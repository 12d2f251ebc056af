package ai.adraa.inbox.server.database.sqlite;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.database.FailureLog;
import ai.adraa.inbox.server.database.StatementTimer;
import ai.adraa.inbox.server.error.OperatorException;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one SQLite file with a single writing connection and several readers, so that writers
 * queue here and do not fail with {@code SQLITE_BUSY}. Other processes may use the same file. If it
 * is removed or replaced, this notices within a second, and every call fails from then on.
 */
public final class SqliteDatabase extends Database {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteDatabase.class);
  // In bytes. With less, SQLite may soon be unable to write.
  private static final long LITTLE_SPACE = 32L * 1024 * 1024;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  // Reading a few pages from disk or waiting for a processor takes less than this, a lock or a
  // failure takes more.
  private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Path file;
  private final Connections connections;
  private final DatabaseFiles files;
  private final FailureLog reading;
  private final FailureLog writing;
  private final WriteQueue writes;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "database-files");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean closed;
  private volatile long noReaderUntil = System.nanoTime();
  private volatile boolean quick = true;

  private SqliteDatabase(String location, Path file, Connections connections) {
    super(location);
    this.file = file;
    this.connections = connections;
    this.files = connections.files();
    this.reading = new FailureLog("Cannot read the database " + location);
    this.writing = new FailureLog("Cannot write to the database " + location);
    this.writes = new WriteQueue(this::transact, writing::refuse, Connections.WRITE_WAIT_MILLIS);
    watch.scheduleWithFixedDelay(this::watchFiles, 1, 1, TimeUnit.SECONDS);
  }

  private interface Reading<T extends @Nullable Object> {
    T run() throws SQLException;
  }

  /**
   * Opens the database, creates it if the file does not exist, and migrates its tables to this
   * program's version. On POSIX only the owner can read a new file.
   *
   * @throws OperatorException if it cannot be opened or a newer version of this program wrote it
   */
  public static SqliteDatabase open(DatabaseLocation location) {
    Path file = location.file();
    String name = location.toString();
    NativeLibrary.load();
    createForOwnerOnly(name, file);
    try {
      Connections connections =
          Connections.open(
              name, file, writer -> migrate(name, flyway(writer)), SqliteDatabase::jdbi);
      return new SqliteDatabase(name, file, connections);
    } catch (RuntimeException | SQLException | IOException e) {
      throw e instanceof OperatorException refusal ? refusal : unopened(name, e);
    }
  }

  /**
   * Like {@link #open}, but does not create the file.
   *
   * @throws OperatorException also if the file does not exist
   */
  public static SqliteDatabase openExisting(DatabaseLocation location) {
    Path unused = location.existingFile();
    return open(location);
  }

  /**
   * Like {@link #open}, but refuses a damaged file. Reads the whole file.
   *
   * @throws OperatorException also if the file is damaged
   */
  public static SqliteDatabase openSound(DatabaseLocation location) {
    SqliteDatabase database = open(location);
    try {
      database.connections.requireSound();
      return database;
    } catch (RuntimeException | SQLException e) {
      database.close();
      throw unopened(location.toString(), e);
    }
  }

  private static void createForOwnerOnly(String location, Path file) {
    try {
      if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(file);
      }
    } catch (FileAlreadyExistsException e) {
      // An existing file keeps the permissions that the operator chose.
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot create the database " + location + ": the directory is missing or not writable",
          e);
    }
  }

  /** Returns Flyway for the given database with this program's SQLite migrations. */
  public static Flyway flyway(DataSource database) {
    return flyway(database, "sqlite");
  }

  private static OperatorException unopened(String location, Exception failure) {
    return cannotOpen(location, failure, SqliteFailure.reason(failure));
  }

  Path path() {
    return file;
  }

  @Override
  public Optional<Path> file() {
    return Optional.of(file);
  }

  @Override
  public String sql(String sqlite, String postgres) {
    return sqlite;
  }

  @Override
  public SQLException damaged(String what) {
    return SqliteFailure.damaged(what);
  }

  @Override
  public void observe(MetricsTrackerFactory pools, StatementTimer timer) {
    connections.observe(pools, timer);
  }

  @Override
  public void check() {
    requireUsable();
    requireFilesInPlace();
    connections.readAnew(SqliteDatabase::anyToken);
    // Check the pool as well, because requests depend on it.
    int unused = read(SqliteDatabase::anyToken);
  }

  private static int anyToken(Handle handle) {
    return handle
        .createQuery(
            "/* SqliteDatabase.check */ SELECT count(*) FROM (SELECT 1 FROM api_token LIMIT 1)")
        .mapTo(Integer.class)
        .one();
  }

  /**
   * {@inheritDoc} Asks the file system only: a trial write on every check would make the log, and
   * every copy of it, grow without end.
   */
  @Override
  public Optional<String> warning() {
    if (!Files.isWritable(file)) {
      return Optional.of("database_not_writable");
    }
    try {
      return Files.getFileStore(file).getUsableSpace() < LITTLE_SPACE
          ? Optional.of("disk_almost_full")
          : Optional.empty();
    } catch (IOException e) {
      return Optional.of("database_not_writable");
    }
  }

  @Override
  public <T extends @Nullable Object> T read(Function<Handle, T> query) {
    return read(() -> connections.read(query));
  }

  @Override
  public <T> Optional<T> lookUp(String sql, Row<T> row, Object... keys) {
    long begin = System.nanoTime();
    boolean done = false;
    try {
      Optional<T> found = read(() -> connections.lookUp(sql, row, keys));
      done = true;
      return found;
    } finally {
      quick = done && System.nanoTime() - begin < QUICK_NANOS;
    }
  }

  /**
   * True if the last lookup was fast and a reader is idle. If a lookup on an I/O thread blocks all
   * the same, this returns false until a lookup on a worker thread is fast again.
   */
  @Override
  public boolean isQuick() {
    return quick && connections.hasIdleReader();
  }

  private <T extends @Nullable Object> T read(Reading<T> query) {
    try {
      requireUsable();
      if (System.nanoTime() < noReaderUntil && connections.hasNoReader()) {
        throw new SQLTransientConnectionException("No connection can be opened");
      }
      T answer = query.run();
      reading.ended();
      return answer;
    } catch (RuntimeException | SQLException e) {
      if (connections.hasNoReader()) {
        // Fail fast for a second. Otherwise each request would wait for a connection until no
        // thread is left.
        noReaderUntil = System.nanoTime() + RETRY_NANOS;
      }
      throw failure(reading, e);
    }
  }

  /**
   * {@inheritDoc} Queued writes share one commit, because syncing the disk takes as long for one
   * write as for many.
   */
  @Override
  public <T extends @Nullable Object> T write(Function<Handle, T> work) {
    return writes.write(work);
  }

  /** Returns how many writes are queued and not started. */
  int writesWaiting() {
    return writes.waiting();
  }

  private void transact(Consumer<Handle> work) {
    try {
      requireUsable();
      connections.transact(
          handle -> {
            // Without the shared index, this commit could overwrite one of another process.
            requireFilesInPlace();
            work.accept(handle);
          });
      // The commit may be in a file that no other process sees; then it must not be acknowledged.
      requireFilesInPlace();
      writing.ended();
    } catch (RuntimeException | SQLException e) {
      throw failure(writing, e);
    }
  }

  private void requireUsable() {
    if (closed) {
      throw new DatabaseUnavailableException("The database " + location + " is closed", null);
    }
    files.requireUnchanged();
  }

  /** Looks at the files, unlike {@link #requireUsable}. */
  private void requireFilesInPlace() {
    files
        .look()
        .ifPresent(
            change -> {
              throw change;
            });
  }

  private RuntimeException failure(FailureLog outage, Exception failure) {
    if (failure instanceof DatabaseUnavailableException unavailable) {
      return outage.refuse(unavailable);
    }
    Optional<DatabaseUnavailableException> change = files.look();
    if (change.isPresent()) {
      return outage.refuse(change.get());
    }
    Optional<String> reason = SqliteFailure.reason(failure);
    if (reason.isPresent()) {
      return outage.refuse(reason.get(), failure);
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException(failure);
  }

  /** Called once a second, and before the connections are closed. */
  private synchronized void watchFiles() {
    if (!watch.isShutdown()) {
      files.look().ifPresent(this::stop);
    }
  }

  /**
   * Logs the change and moves the commits that only the open log has into the open file. Otherwise
   * they are lost if the log was removed, and mixed into the other database if the file was
   * replaced.
   */
  private void stop(DatabaseUnavailableException change) {
    watch.shutdown();
    LOG.error("{}", change.getMessage());
    if (files.showAllCommits()) {
      connections.emptyLog();
    }
  }

  @Override
  public void close() {
    writes.close();
    watchFiles();
    watch.shutdown();
    closed = true;
    connections.close();
  }
}
