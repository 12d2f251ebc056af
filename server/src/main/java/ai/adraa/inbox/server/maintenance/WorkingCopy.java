package ai.adraa.inbox.server.maintenance;

import ai.adraa.inbox.server.error.OperatorException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A database file in the making. It gets its final name only when it is complete, verified and on
 * disk; until then it is deleted when this is closed.
 */
record WorkingCopy(Path path) implements AutoCloseable {
  /**
   * Creates an empty file in the target's directory that only its owner can read. Each call creates
   * another file, so concurrent copies do not collide.
   *
   * @throws IOException if the file cannot be created; the message names the directory
   */
  static WorkingCopy beside(Path target, String suffix) throws IOException {
    Path directory = target.toAbsolutePath().resolveSibling("");
    try {
      return new WorkingCopy(
          Files.createTempFile(directory, "." + target.getFileName() + ".", suffix));
    } catch (FileSystemException e) {
      // The operator knows the folder, not the temporary name.
      throw new IOException(
          "the folder "
              + directory
              + (Files.isDirectory(directory)
                  ? " cannot be written to"
                      + (e.getReason() == null ? "" : " (" + e.getReason() + ")")
                  : " does not exist"));
    }
  }

  /** Syncs the file to disk. */
  void force() throws IOException {
    force(path);
  }

  /** Gives the file its final name, replacing a file of that name. Durable on return. */
  void moveTo(Path target) throws IOException {
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    // A rename is durable only after its directory is synced.
    if (isPosix()) {
      force(target.toAbsolutePath().resolveSibling(""));
    }
  }

  /** Returns false on Windows, which cannot move an open file. */
  static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void close() {
    try {
      for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
        Files.deleteIfExists(Path.of(path + suffix));
      }
    } catch (IOException e) {
      throw new OperatorException("Cannot remove " + path, e);
    }
  }
}
