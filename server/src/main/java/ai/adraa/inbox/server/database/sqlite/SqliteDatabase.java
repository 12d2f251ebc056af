package ai.adraa.inbox.server.database.sqlite;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.database.Outage;
import ai.adraa.inbox.server.database.StatementTimer;
import ai.adraa.inbox.server.error.UserException;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * Serves one SQLite file with a single writing connection and several readers, so that writers
 * queue here and do not fail with {@code SQLITE_BUSY}. Other processes may use the same file.
 */
public final class SqliteDatabase extends Database {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteDatabase.class);
  private static final String SQLITE = "jdbc:sqlite:";
  private static final int READERS = 8;
  // Per connection. Holds the pages that look up 1000 tokens in use, however many tokens exist.
  private static final int CACHE_KIB = 8 * 1024;
  // A write waits this long at most twice: for the connection, and for locks of other processes.
  private static final int WRITE_WAIT_MILLIS = 5_000;
  // In bytes. With less, SQLite may soon be unable to write.
  private static final long LITTLE_SPACE = 32L * 1024 * 1024;
  private static final int MAX_TOGETHER = 64;
  private static final int READ_WAIT_MILLIS = 2_000;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  // Reading a few pages from disk or waiting for a processor takes less than this, a lock or a
  // failure takes more.
  private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Path file;
  private final Outage reading;
  private final Outage writing;
  private final ReentrantLock opening = new ReentrantLock();
  private final Queue<Write<?>> waiting = new ConcurrentLinkedQueue<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "database-writer");
            thread.setDaemon(true);
            return thread;
          });
  // Null while the files are closed, until they are opened again or for good.
  private volatile @Nullable Open open;
  private volatile boolean closed;
  private volatile long noReaderUntil = System.nanoTime();
  private volatile boolean quick = true;
  // This field and the next two are guarded by the opening lock.
  private Consumer<Open> observer = opened -> {};
  private long retryAt = System.nanoTime();
  private @Nullable DatabaseFiles toPutAway;

  private SqliteDatabase(String location, Path file, Open open) {
    super(location);
    this.file = file;
    this.open = open;
    this.reading = new Outage("Cannot read the database " + location);
    this.writing = new Outage("Cannot write to the database " + location);
  }

  /** A queued write and its result. */
  private static final class Write<T extends @Nullable Object> extends CompletableFuture<T> {
    private final Function<Handle, T> work;
    private @Nullable T answer;

    Write(Function<Handle, T> work) {
      this.work = work;
    }

    void work(Handle handle) {
      answer = work.apply(handle);
    }

    @SuppressWarnings("NullAway") // The answer is null only if T allows null.
    void complete() {
      complete(answer);
    }
  }

  private interface Reading<T extends @Nullable Object> {
    T from(Open opened) throws SQLException;
  }

  /**
   * Opens the database, creates it if the file does not exist, and migrates its tables to this
   * program's version. On POSIX only the owner can read a new file.
   *
   * @throws UserException if it cannot be opened or a newer version of this program wrote it
   */
  public static SqliteDatabase open(DatabaseLocation location) {
    Path file = location.file();
    String name = location.toString();
    createForOwnerOnly(name, file);
    try {
      return new SqliteDatabase(name, file, Open.of(name, file));
    } catch (RuntimeException | SQLException | IOException e) {
      throw e instanceof UserException refusal ? refusal : unopened(name, e);
    }
  }

  /**
   * Like {@link #open}, but does not create the file.
   *
   * @throws UserException also if the file does not exist
   */
  public static SqliteDatabase openExisting(DatabaseLocation location) {
    Path unused = location.existingFile();
    return open(location);
  }

  /**
   * Like {@link #open}, but refuses a damaged file. Reads the whole file.
   *
   * @throws UserException also if the file is damaged
   */
  public static SqliteDatabase openSound(DatabaseLocation location) {
    SqliteDatabase database = open(location);
    try {
      requireSound(database.current().anchor);
      return database;
    } catch (RuntimeException | SQLException e) {
      database.close();
      throw unopened(location.toString(), e);
    }
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
    return corrupt(what);
  }

  private static UserException unopened(String location, Exception failure) {
    return cannotOpen(location, failure, SqliteFailure.reason(failure));
  }

  private static SQLException corrupt(String what) {
    return new SQLiteException(what, SQLiteErrorCode.SQLITE_CORRUPT);
  }

  @Override
  public void observe(MetricsTrackerFactory pools, StatementTimer timer) {
    opening.lock();
    try {
      observer = opened -> opened.observe(pools, timer);
      if (open != null) {
        observer.accept(open);
      }
    } finally {
      opening.unlock();
    }
  }

  @Override
  public void check() {
    // Use a new connection: a pooled one may answer from its cache what the file has lost.
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(READ_WAIT_MILLIS);
    // Connect to the open files only: even to read, SQLite starts a log where there is none.
    Open current = enter();
    try {
      Jdbi.create(new Connections(file, config, current.files)).useHandle(SqliteDatabase::anyToken);
    } finally {
      current.leave();
    }
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
    return ask(opened -> opened.reader.withHandle(inUse(opened, query::apply)));
  }

  @Override
  public <T> Optional<T> lookUp(String sql, Row<T> row, Object... keys) {
    long begin = System.nanoTime();
    boolean done = false;
    try {
      Optional<T> found = ask(opened -> opened.lookUp(sql, row, keys));
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
    Open current = open;
    return quick && current != null && current.hasIdleReader();
  }

  private <T extends @Nullable Object> T ask(Reading<T> query) {
    Open current = null;
    try {
      current = enter();
      if (System.nanoTime() < noReaderUntil && current.hasNoReader()) {
        throw new SQLTransientConnectionException("No connection can be opened");
      }
      T answer = query.from(current);
      reading.ended();
      return answer;
    } catch (RuntimeException | SQLException e) {
      if (current != null && current.hasNoReader()) {
        // Fail fast for a second. Otherwise each request would wait for a connection until no
        // thread is left.
        noReaderUntil = System.nanoTime() + RETRY_NANOS;
      }
      throw failure(reading, current, e);
    } finally {
      if (current != null) {
        current.leave();
      }
    }
  }

  /**
   * {@inheritDoc} Queued writes share one commit, because syncing the disk takes as long for one
   * write as for many.
   */
  @Override
  public <T extends @Nullable Object> T write(Function<Handle, T> work) {
    Write<T> write = new Write<>(work);
    waiting.add(write);
    try {
      writer.execute(this::writeWaiting);
    } catch (RejectedExecutionException e) {
      waiting.remove(write);
      throw unavailable("it is closed");
    }
    return await(write);
  }

  /**
   * Waits for the write's result. A write that has not started is cancelled after {@link
   * #WRITE_WAIT_MILLIS} or on an interrupt. A write that has started has no time limit, because
   * only its result tells whether it was committed.
   */
  private <T extends @Nullable Object> T await(Write<T> write) {
    boolean begun = false;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return begun ? write.get() : write.get(WRITE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException e) {
          interrupted |= e instanceof InterruptedException;
          if (waiting.remove(write)) {
            throw writing.refuse("it is busy with other writes");
          }
          begun = true;
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns how many writes are queued and not started. */
  int writesWaiting() {
    return waiting.size();
  }

  private void writeWaiting() {
    List<Write<?>> batch = new ArrayList<>();
    while (batch.size() < MAX_TOGETHER && waiting.peek() != null) {
      Write<?> next = waiting.poll();
      if (next != null) {
        batch.add(next);
      }
    }
    if (batch.size() < 2 || !writeTogether(batch)) {
      // Run each write alone, so that a failing one does not affect the others.
      batch.forEach(write -> writeTogether(List.of(write)));
    }
  }

  /**
   * Runs the writes in one transaction and completes them. Returns false, with nothing written and
   * none completed, if the work of one of several writes fails.
   */
  private boolean writeTogether(List<Write<?>> batch) {
    Open current = null;
    AtomicBoolean worked = new AtomicBoolean(true);
    try {
      current = enter();
      transact(
          current,
          handle -> {
            worked.set(false);
            batch.forEach(write -> write.work(handle));
            worked.set(true);
            return null;
          });
      if (current.files.change() != DatabaseFiles.Change.NONE) {
        throw writing.refuse("it was replaced during the request");
      }
      writing.ended();
      batch.forEach(Write::complete);
    } catch (RuntimeException | SQLException e) {
      if (batch.size() > 1 && !worked.get()) {
        return false;
      }
      RuntimeException failure = failure(writing, current, e);
      batch.forEach(write -> write.completeExceptionally(failure));
    } catch (Error e) {
      if (batch.size() > 1 && !worked.get()) {
        return false;
      }
      // Not rethrown: the callers of the next writes still wait for this thread.
      batch.forEach(write -> write.completeExceptionally(e));
    } finally {
      if (current != null) {
        current.leave();
      }
    }
    return true;
  }

  private <T extends @Nullable Object> T transact(Open current, Function<Handle, T> work)
      throws SQLException {
    AtomicBoolean begun = new AtomicBoolean();
    HandleCallback<T, SQLException> transaction =
        inUse(
            current,
            handle -> {
              begin(handle, SQLiteConfig.TransactionMode.IMMEDIATE);
              return handle.inTransaction(
                  ours -> {
                    begun.set(true);
                    // The driver begins the next transaction as part of the commit. If that took
                    // the write lock it could fail, and the caller would see a failure although
                    // the commit succeeded.
                    begin(ours, SQLiteConfig.TransactionMode.DEFERRED);
                    return work.apply(ours);
                  });
            });
    try {
      return current.writer.withHandle(transaction);
    } catch (RuntimeException | SQLException e) {
      if (begun.get() || !SqliteFailure.isReadOnly(e)) {
        throw e;
      }
      // The file may have been read-only only when this connection was opened. The pool has
      // evicted that connection, so the second attempt uses a new one.
      return current.writer.withHandle(transaction);
    }
  }

  /** Sets the mode in which the connection begins its next transaction. */
  private static void begin(Handle handle, SQLiteConfig.TransactionMode mode) throws SQLException {
    handle
        .getConnection()
        .unwrap(SQLiteConnection.class)
        .getConnectionConfig()
        .setTransactionMode(mode);
  }

  /** Refuses work that waited for a connection while the connections were retired. */
  private <T extends @Nullable Object, X extends Exception> HandleCallback<T, X> inUse(
      Open current, HandleCallback<T, X> work) {
    return handle -> {
      if (current.retired) {
        throw unavailable("it is being reopened");
      }
      return work.withHandle(handle);
    };
  }

  @Override
  public void close() {
    writer.shutdown();
    try {
      // Queued writes still run.
      boolean unused = writer.awaitTermination(WRITE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    opening.lock();
    try {
      closed = true;
      Open last = open;
      open = null;
      if (last != null) {
        if (!last.retire()) {
          LOG.warn("The database {} was closed while requests were still using it", location);
        }
        close(last);
        putLogAway();
      }
    } catch (DatabaseUnavailableException e) {
      // The process closes the files when it ends, and then SQLite does not remove the log.
      LOG.error("{}", e.getMessage());
    } catch (IOException e) {
      LOG.error("Cannot put away the log of the database {}, which was replaced", location, e);
    } finally {
      opening.unlock();
    }
  }

  /** Like {@link #current}, but the connections stay open until the caller leaves them. */
  private Open enter() {
    Open current = current();
    if (!current.enter()) {
      // These were retired in the meantime; try once more with the ones that are open now.
      current = current();
      if (!current.enter()) {
        throw unavailable("it is being reopened");
      }
    }
    return current;
  }

  /**
   * Returns the open connections if their files are still in place. Otherwise opens the files that
   * are there now.
   */
  private Open current() {
    Open current = open;
    if (current != null && !current.retired && current.files.areUnchanged()) {
      return current;
    }
    try {
      if (!opening.tryLock(READ_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        throw unavailable("it is being reopened");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable("it is being reopened");
    }
    try {
      return reopen();
    } finally {
      opening.unlock();
    }
  }

  private Open reopen() {
    if (closed) {
      throw unavailable("it is closed");
    }
    Open current = open;
    DatabaseFiles.Change change =
        current == null ? DatabaseFiles.Change.REPLACED : current.files.change();
    if (current != null && change == DatabaseFiles.Change.NONE) {
      current.retired = false;
      return current;
    }
    if (change == DatabaseFiles.Change.GONE || !Files.exists(file)) {
      throw unavailable("the file is gone; put it back, or restore a backup");
    }
    if (current != null && change == DatabaseFiles.Change.SPLIT && !current.files.isLogEmpty()) {
      throw unavailable(
          "its -wal was removed and another process created a new one; stop all processes, and"
              + " restore a backup");
    }
    if (System.nanoTime() < retryAt) {
      throw unavailable("it cannot be reopened yet");
    }
    retryAt = System.nanoTime() + RETRY_NANOS;
    try {
      if (current != null) {
        // SQLite shares the state of the log among all connections of a process, so one that stays
        // open would pass its outdated view to the new ones.
        if (!current.retire()) {
          throw unavailable("requests still use the previous files");
        }
        close(current);
        open = null;
        LOG.warn("The files of the database {} were replaced or removed; reopening it", location);
      }
      putLogAway();
      Open opened = Open.of(location, file);
      try {
        requireSound(opened.anchor);
      } catch (SQLException | RuntimeException e) {
        opened.close();
        throw e;
      }
      observer.accept(opened);
      open = opened;
      LOG.warn("Reopened the database {}", location);
      retryAt = System.nanoTime();
      return opened;
    } catch (DatabaseUnavailableException e) {
      throw e;
    } catch (UserException e) {
      throw new DatabaseUnavailableException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | SQLException | IOException e) {
      throw new DatabaseUnavailableException(String.valueOf(unopened(location, e).getMessage()), e);
    }
  }

  /**
   * Closes connections that nobody uses any more.
   *
   * @throws DatabaseUnavailableException if that would lose commits in a log
   */
  private void close(Open last) {
    DatabaseFiles.Change change = last.files.change();
    switch (change) {
      case NONE -> last.close();
      case INDEX_LOST -> closeWithoutLog(last);
      case SPLIT -> {
        if (last.files.isLogEmpty()) {
          closeWithoutLog(last);
        } else {
          last.close();
        }
      }
      case LOG_LOST -> {
        if (!last.files.isLogEmpty()) {
          last.checkpoint();
        }
        if (!last.files.isLogEmpty()) {
          throw unavailable(
              "its -wal was removed, and what it has cannot be brought into the file");
        }
        last.close();
      }
      case GONE, REPLACED -> {
        last.checkpoint();
        last.close();
        toPutAway = last.files;
      }
    }
  }

  /** Closes the connections and leaves the log to the processes that see its commits. */
  private void closeWithoutLog(Open last) {
    try {
      last.files.keepLogWhile(last::close);
    } catch (IOException | UnsupportedOperationException e) {
      throw unavailable("its log cannot be kept while it is opened again (" + e + ")");
    }
  }

  private void putLogAway() throws IOException {
    if (toPutAway != null) {
      toPutAway
          .putLogAway()
          .ifPresent(log -> LOG.warn("The log of the database that was replaced is now {}", log));
      toPutAway = null;
    }
  }

  private DatabaseUnavailableException unavailable(String reason) {
    return new DatabaseUnavailableException("The database " + location + ": " + reason, null);
  }

  private RuntimeException failure(Outage outage, @Nullable Open used, Exception failure) {
    if (failure instanceof DatabaseUnavailableException unavailable) {
      return outage.refuse(unavailable);
    }
    Optional<String> reason = SqliteFailure.reason(failure);
    if (reason.isEmpty()
        && used != null
        && (used != open || used.files.change() != DatabaseFiles.Change.NONE)) {
      reason = Optional.of("it was replaced during the request");
    }
    if (reason.isPresent()) {
      return outage.refuse(reason.get(), failure);
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException(failure);
  }

  private static SQLiteConfig sqlite(SQLiteConfig.TransactionMode transactionMode) {
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
      String name, DataSource connections, int size, int waitMillis) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(connections);
    config.setMaximumPoolSize(size);
    config.setConnectionTimeout(waitMillis);
    config.setInitializationFailTimeout(1);
    config.setExceptionOverride(new EvictDisturbed());
    return new HikariDataSource(config);
  }

  /** Returns Flyway for the given database with this program's SQLite migrations. */
  public static Flyway flyway(DataSource database) {
    return Flyway.configure().dataSource(database).locations("classpath:db/sqlite").load();
  }

  /**
   * Looks for damage in all pages. It does not compare the indexes with their tables; the {@code
   * check} command does.
   */
  private static void requireSound(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet check = statement.executeQuery("PRAGMA quick_check(1)")) {
      if (!check.next() || !"ok".equals(check.getString(1))) {
        throw corrupt("quick_check");
      }
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
      throw new UserException(
          "Cannot create the database " + location + ": the directory is missing or not writable",
          e);
    }
  }

  /** All connections to one file, because they must be opened and closed together. */
  private static final class Open implements AutoCloseable {
    final DatabaseFiles files;
    // Stays open and idle. Keeps SQLite from removing the log, and the system from reusing the
    // file's identity.
    final Connection anchor;
    final HikariDataSource writers;
    final HikariDataSource readers;
    final Jdbi writer;
    final Jdbi reader;
    // Users hold the read lock. Retiring waits for the write lock.
    private final ReentrantReadWriteLock users = new ReentrantReadWriteLock();
    // True if no new use may start because the connections are about to be closed.
    volatile boolean retired;
    private volatile @Nullable StatementTimer statements;

    private Open(
        DatabaseFiles files,
        Connection anchor,
        HikariDataSource writers,
        HikariDataSource readers) {
      this.files = files;
      this.anchor = anchor;
      this.writers = writers;
      this.readers = readers;
      this.writer = jdbi(writers);
      this.reader = jdbi(readers);
    }

    static Open of(String location, Path file) throws SQLException, IOException {
      Connection anchor =
          new Connections(file, sqlite(SQLiteConfig.TransactionMode.DEFERRED), null)
              .getConnection();
      HikariDataSource writers = null;
      DatabaseFiles files = null;
      try {
        requireLog(location, anchor);
        files = DatabaseFiles.of(file);
        writers =
            pool(
                "writer",
                new Connections(file, sqlite(SQLiteConfig.TransactionMode.IMMEDIATE), files),
                1,
                WRITE_WAIT_MILLIS);
        migrate(location, flyway(writers));
        HikariDataSource readers =
            pool(
                "readers",
                new Connections(file, sqlite(SQLiteConfig.TransactionMode.DEFERRED), files),
                READERS,
                READ_WAIT_MILLIS);
        return new Open(files, anchor, writers, readers);
      } catch (RuntimeException | SQLException | IOException e) {
        if (writers != null) {
          writers.close();
        }
        if (files != null) {
          files.close();
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
            throw new UserException(
                "Cannot open the database "
                    + location
                    + ": its file system has no shared memory for SQLite's WAL, as those of a"
                    + " network; keep it on a local disk");
          }
        }
        statement.executeQuery("SELECT count(*) FROM sqlite_schema").close();
      }
    }

    public void observe(MetricsTrackerFactory pools, StatementTimer timer) {
      statements = timer;
      writers.setMetricsTrackerFactory(pools);
      readers.setMetricsTrackerFactory(pools);
      writer.setSqlLogger(timer.logger());
      reader.setSqlLogger(timer.logger());
    }

    /** Returns true if the connections can be used; they then stay open until {@link #leave}. */
    boolean enter() {
      if (!retired && users.readLock().tryLock()) {
        if (!retired) {
          return true;
        }
        users.readLock().unlock();
      }
      return false;
    }

    void leave() {
      users.readLock().unlock();
    }

    /**
     * Stops new uses and waits up to {@link #READ_WAIT_MILLIS} for current ones; returns true if
     * all have ended.
     */
    boolean retire() {
      retired = true;
      try {
        if (!users.writeLock().tryLock(READ_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
          return false;
        }
        users.writeLock().unlock();
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    public <T> Optional<T> lookUp(String sql, Row<T> row, Object... keys) throws SQLException {
      try (Connection connection = readers.getConnection()) {
        if (retired) {
          throw new SQLTransientConnectionException("It is about to be closed");
        }
        PreparedStatement statement = connection.unwrap(Keeping.class).prepared(sql);
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

    boolean hasIdleReader() {
      return !retired && readers.getHikariPoolMXBean().getIdleConnections() > 0;
    }

    boolean hasNoReader() {
      return readers.isClosed() || readers.getHikariPoolMXBean().getTotalConnections() == 0;
    }

    /** Tries to move the log's content into the database file and to truncate the log. */
    void checkpoint() {
      try (Statement statement = anchor.createStatement()) {
        statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)").close();
      } catch (SQLException e) {
        LOG.warn("Cannot bring the log into the database: {}", e.getMessage());
      }
    }

    @Override
    public void close() {
      readers.close();
      writers.close();
      files.close();
      try {
        anchor.close();
      } catch (SQLException e) {
        LOG.warn("Cannot close the database cleanly: {}", e.getMessage());
      }
    }
  }

  /** Opens connections to the given files only, never to a file that replaced one of them. */
  private static final class Connections extends SQLiteDataSource {
    private final String file;
    private final @Nullable DatabaseFiles files;

    Connections(Path file, SQLiteConfig config, @Nullable DatabaseFiles files) {
      super(config);
      setUrl(SQLITE + file);
      this.file = file.toString();
      this.files = files;
    }

    @Override
    public SQLiteConnection getConnection(@Nullable String user, @Nullable String password)
        throws SQLException {
      requireUnchanged();
      SQLiteConnection connection = new Keeping(getUrl(), file, getConfig().toProperties());
      try {
        requireUnchanged();
        return connection;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    }

    private void requireUnchanged() throws SQLException {
      if (files != null && files.change() != DatabaseFiles.Change.NONE) {
        throw new SQLTransientConnectionException("The database was replaced");
      }
    }
  }

  /** Keeps its prepared statements for the next request, since preparing one is slow. */
  private static final class Keeping extends JDBC4Connection {
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Keeping(String url, String file, Properties config) throws SQLException {
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
