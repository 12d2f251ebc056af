package ai.adraa.inbox.server.database.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Detects that a file of an open SQLite database was removed or replaced. A process that has the
 * database, its log ({@code -wal}) and the log's index ({@code -shm}) open does not notice when
 * their names point to other files, and would serve data that no other process sees. Files are
 * compared by identity: device and inode on POSIX.
 */
final class DatabaseFiles implements AutoCloseable {
  /** What happened to the files since they were opened. */
  enum Change {
    NONE,
    /** The database file is missing; the open one may be put back. */
    GONE,
    /** Another file has the database's name. */
    REPLACED,
    /** The log's index is missing or replaced: commits of other processes are not visible. */
    INDEX_LOST,
    /** The log is missing: the commits in it exist nowhere else. */
    LOG_LOST,
    /** Another process has started a new log: each side has commits that the other cannot see. */
    SPLIT
  }

  // Used where files have no identity, as on Windows. Open files cannot be removed there either.
  private static final Object UNKNOWN = new Object();
  // File systems that change a directory's ctime when an entry is removed or replaced. exFAT does
  // not, and mergerfs can report the ctime of another directory.
  private static final Set<String> TELLING =
      Set.of("ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay");
  // Not the modification time: anyone can set it back, and rsync does.
  private static final String IDENTITY_AND_CHANGE = "unix:dev,ino,ctime";
  // More than the timestamp resolution of these file systems, so a later change has another ctime.
  private static final long SETTLED_MILLIS = 3_000;

  private final Path file;
  private final Path log;
  private final Path index;
  private final Object fileKey;
  private final Object logKey;
  private final Object indexKey;
  // Closing a channel drops the process's POSIX locks on that file. SQLite places none on the log,
  // so closing this one is safe.
  private final FileChannel openLog;
  private final Path directory;
  private final boolean directoryTells;
  // The directory's attributes when the files were last found unchanged; null if its ctime was too
  // recent then.
  private volatile @Nullable Map<String, Object> settled;

  private DatabaseFiles(
      Path file,
      Path log,
      Path index,
      Object fileKey,
      Object logKey,
      Object indexKey,
      FileChannel openLog) {
    this.file = file;
    this.log = log;
    this.index = index;
    this.fileKey = fileKey;
    this.logKey = logKey;
    this.indexKey = indexKey;
    this.openLog = openLog;
    // By name, so that each check follows the links in the path again.
    this.directory = file.toAbsolutePath().resolveSibling("");
    // If the database is a link, its directory does not change when the target is removed.
    this.directoryTells = !Files.isSymbolicLink(file) && tells(directory);
  }

  /**
   * Returns the files of a database that a connection has open.
   *
   * @throws IOException if one of them is missing or the log is replaced during the call
   */
  static DatabaseFiles of(Path file) throws IOException {
    Path log = beside(file, "-wal");
    Path index = beside(file, "-shm");
    Object logKey = requireKey(log);
    FileChannel openLog = FileChannel.open(log, StandardOpenOption.READ);
    try {
      if (!logKey.equals(requireKey(log))) {
        throw new IOException("The log was replaced while it was opened");
      }
      return new DatabaseFiles(
          file, log, index, requireKey(file), logKey, requireKey(index), openLog);
    } catch (IOException e) {
      openLog.close();
      throw e;
    }
  }

  /**
   * Returns true if none of the files was removed or replaced. Called on every request, so it
   * compares only the directory's attributes: while these stay the same, no entry has changed.
   */
  boolean areUnchanged() {
    Map<String, Object> before = settled;
    return (before != null && before.equals(directory())) || change() == Change.NONE;
  }

  /**
   * Compares each file's identity. Unlike {@link #areUnchanged}, this always finds a file that is
   * mounted over one of them, which does not change the directory.
   */
  Change change() {
    // Take the time first: a change after this moment has a later ctime than the one read here.
    long now = System.currentTimeMillis();
    Map<String, Object> found = directoryTells ? directory() : Map.of();
    Change change = compare();
    boolean settles =
        change == Change.NONE
            && found.get("ctime") instanceof FileTime changed
            && changed.toMillis() < now - SETTLED_MILLIS;
    settled = settles ? found : null;
    return change;
  }

  private static boolean tells(Path directory) {
    try {
      return TELLING.contains(Files.getFileStore(directory).type());
    } catch (IOException e) {
      // For example in a container where /proc is missing or lists no mounts.
      return false;
    }
  }

  private Map<String, Object> directory() {
    try {
      return Files.readAttributes(directory, IDENTITY_AND_CHANGE);
    } catch (IOException e) {
      return Map.of();
    }
  }

  private Change compare() {
    Object now = key(file);
    if (now == null) {
      return Change.GONE;
    }
    if (!now.equals(fileKey)) {
      return Change.REPLACED;
    }
    Object logNow = key(log);
    if (!logKey.equals(logNow)) {
      return logNow == null ? Change.LOG_LOST : Change.SPLIT;
    }
    return indexKey.equals(key(index)) ? Change.NONE : Change.INDEX_LOST;
  }

  /**
   * Returns true if the open log, which may have been removed, holds nothing that is missing in the
   * database file. SQLite truncates the log to zero bytes only after a checkpoint of all of it.
   */
  boolean isLogEmpty() {
    try {
      return openLog.size() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      openLog.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Renames the log of a database that was removed or replaced, because SQLite would treat it as
   * the log of the next database of that name. Leaves a log that another process has started.
   *
   * @return the log's new path; empty if there was no log to keep
   */
  Optional<Path> putLogAway() throws IOException {
    if (Files.exists(file) && !log.equals(beside(file, "-wal"))) {
      // The database is a link that now points to another file, which has a log of its own.
      return Optional.empty();
    }
    if (indexKey.equals(key(index))) {
      Files.delete(index);
    }
    if (!logKey.equals(key(log))) {
      return Optional.empty();
    }
    if (Files.size(log) == 0) {
      Files.delete(log);
      return Optional.empty();
    }
    return Optional.of(Files.move(log, unused(".of-replaced")));
  }

  /**
   * Closes the database and keeps its log, which can hold commits that this process does not see.
   * SQLite removes the log when the last connection closes.
   *
   * @param close closes the database
   * @throws IOException if the log cannot be kept, and the database is not closed; or if the kept
   *     log cannot get its name back, and it stays under its {@code .kept} name
   * @throws UnsupportedOperationException if the file system has no hard links; the database is not
   *     closed
   */
  void keepLogWhile(Runnable close) throws IOException {
    Path kept = Files.createLink(unused(".kept"), log);
    close.run();
    if (key(log) == null) {
      Files.move(kept, log);
    } else {
      Files.delete(kept);
    }
  }

  /** Resolves links, because SQLite keeps its log and index beside the link's target. */
  private static Path beside(Path file, String suffix) throws IOException {
    Path real = file.toRealPath();
    return real.resolveSibling(real.getFileName() + suffix);
  }

  private Path unused(String suffix) {
    Path path = log.resolveSibling(log.getFileName() + suffix);
    for (int i = 1; Files.exists(path); i++) {
      path = log.resolveSibling(log.getFileName() + suffix + "-" + i);
    }
    return path;
  }

  /**
   * Returns the file's identity; null if there is no file. The system does not reuse the identity
   * of a file that is open.
   */
  private static @Nullable Object key(Path path) {
    try {
      return requireKey(path);
    } catch (IOException e) {
      return null;
    }
  }

  private static Object requireKey(Path path) throws IOException {
    return Objects.requireNonNullElse(
        Files.readAttributes(path, BasicFileAttributes.class).fileKey(), UNKNOWN);
  }
}
