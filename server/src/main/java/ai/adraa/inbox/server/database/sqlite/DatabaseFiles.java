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
 * The three files of an open SQLite database, by identity: a process that has them open would not
 * notice that their names now lead elsewhere, and would answer from what nobody else sees.
 */
final class DatabaseFiles implements AutoCloseable {
  /** What became of the files since they were opened. */
  enum Change {
    NONE,
    /** There is no database at its place; the open one may be put back. */
    GONE,
    /** Another database is at its place. */
    REPLACED,
    /** The index of the log is missing or another: what other processes commit is not seen. */
    INDEX_LOST,
    /** The log is missing: what it has is nowhere else. */
    LOG_LOST,
    /** Another process has begun a log of its own: each sees what the other does not. */
    SPLIT
  }

  // Where the file system tells no identity, as on Windows, open files cannot be removed either.
  private static final Object UNKNOWN = new Object();
  // Whose directories have another ctime once an entry was removed or replaced; not so exFAT, and
  // mergerfs, which tells that of another directory.
  private static final Set<String> TELLING =
      Set.of("ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay");
  // Not the time of modification: anyone can set it back, and rsync does.
  private static final String IDENTITY_AND_CHANGE = "unix:dev,ino,ctime";
  // Longer than any of them has the same time: what changes later gets another.
  private static final long SETTLED_MILLIS = 3_000;

  private final Path file;
  private final Path log;
  private final Path index;
  private final Object fileKey;
  private final Object logKey;
  private final Object indexKey;
  // SQLite locks no bytes of the log, so that to close this gives up no lock of its.
  private final FileChannel openLog;
  private final Path directory;
  private final boolean directoryTells;
  // The directory when nothing had become of the files, if it had not changed for a while.
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
    // By its name, so that a link on the way is followed anew each time.
    this.directory = file.toAbsolutePath().resolveSibling("");
    // A link is the same when what it leads to is removed.
    this.directoryTells = !Files.isSymbolicLink(file) && tells(directory);
  }

  /**
   * The files of a database that a connection has open.
   *
   * @throws IOException if one is missing, or is replaced meanwhile
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
   * Whether nothing became of them. It is asked at each request, so the directory alone is looked
   * at while it is the same: none of its entries was removed or replaced.
   */
  boolean areUnchanged() {
    Map<String, Object> before = settled;
    return (before != null && before.equals(directory())) || change() == Change.NONE;
  }

  /** What became of them, one by one: another file can also be mounted over one of them. */
  Change change() {
    // First the time: what changes after it is later than what is found here.
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
      // As in a container that has no /proc, or none of the mounts in it.
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
   * Whether the log that is open, perhaps removed, has nothing that is not in the file: SQLite cuts
   * it to nothing only after a checkpoint of all it had.
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
   * Puts away the log of a database that is no longer at its place: SQLite would take it for that
   * of the next one. Only its own, not one that another process has begun.
   *
   * @return where the log is now; empty if it held nothing
   */
  Optional<Path> putLogAway() throws IOException {
    if (Files.exists(file) && !log.equals(beside(file, "-wal"))) {
      // A link that leads elsewhere now.
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
   * Closes the database without the loss of what its log has and this process does not see: the
   * last to close a database removes the log.
   *
   * @throws IOException if the log cannot be kept; then the database is not closed, so that the log
   *     stays
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

  /** SQLite keeps them beside the file that a link leads to. */
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

  /** The file's identity, which stays its own while it is open; null if there is none. */
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
