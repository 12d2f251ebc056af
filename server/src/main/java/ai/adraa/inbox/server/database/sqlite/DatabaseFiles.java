package ai.adraa.inbox.server.database.sqlite;

import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Detects that a file of an open SQLite database was removed or replaced. A process that has the
 * database, its log ({@code -wal}) and the log's index ({@code -shm}) open does not notice when
 * their names point to other files, and would serve data that no other process sees. Files are
 * compared by identity: device and inode on POSIX. The first change is final. Thread-safe.
 */
final class DatabaseFiles {
  // Used where files have no identity, as on Windows. Open files cannot be removed there either.
  private static final Object UNKNOWN = new Object();

  private final String location;
  private final Path file;
  private final Path log;
  private final Path index;
  private final Object fileKey;
  private final Object logKey;
  private final Object indexKey;
  private volatile @Nullable DatabaseUnavailableException change;

  private DatabaseFiles(String location, Path file) throws IOException {
    this.location = location;
    this.file = file;
    // SQLite keeps the log and the index beside the target of a link.
    Path real = file.toRealPath();
    this.log = real.resolveSibling(real.getFileName() + "-wal");
    this.index = real.resolveSibling(real.getFileName() + "-shm");
    this.fileKey = requireKey(file);
    this.logKey = requireKey(log);
    this.indexKey = requireKey(index);
  }

  /**
   * Returns the files of a database that a connection has open and keeps open. While it does, the
   * system does not give their identities to other files.
   *
   * @param location the database's name in messages
   * @throws IOException if one of them is missing
   */
  static DatabaseFiles of(String location, Path file) throws IOException {
    return new DatabaseFiles(location, file);
  }

  /**
   * Looks at the three files, unless a change was found before.
   *
   * @return why the database cannot be used any more; empty if nothing has changed
   */
  Optional<DatabaseUnavailableException> look() {
    if (change == null) {
      synchronized (this) {
        if (change == null) {
          change = compare();
        }
      }
    }
    return Optional.ofNullable(change);
  }

  /**
   * Requires that {@link #look} has found no change. Does not look at the files.
   *
   * @throws DatabaseUnavailableException with the change as its reason
   */
  void requireUnchanged() {
    DatabaseUnavailableException found = change;
    if (found != null) {
      throw found;
    }
  }

  /**
   * Returns true if no other process can have commits that the open files do not show: the log was
   * removed and none has been started since, or the log and its index are in place.
   */
  boolean showAllCommits() {
    Object logNow = key(log);
    return logNow == null || (logNow.equals(logKey) && indexKey.equals(key(index)));
  }

  private @Nullable DatabaseUnavailableException compare() {
    Object now = key(file);
    if (now == null) {
      return changed(
          "database_removed",
          "the file was removed; put it back or restore a backup, and restart the server");
    }
    if (!now.equals(fileKey)) {
      return changed("database_replaced", "the file was replaced; restart the server");
    }
    if (!logKey.equals(key(log)) || !indexKey.equals(key(index))) {
      return changed(
          "database_log_changed", "its -wal or -shm was removed or replaced; restart the server");
    }
    return null;
  }

  private DatabaseUnavailableException changed(String code, String reason) {
    return new DatabaseUnavailableException(
        code, "Cannot use the database " + location + ": " + reason, null);
  }

  /** Returns the file's identity; null if there is no file. */
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
