package ai.adraa.inbox.server.database.sqlite;

import ai.adraa.inbox.server.error.OperatorException;
import org.sqlite.SQLiteJDBCLoader;

/** Loads SQLite, which the driver first copies from the jar to a temporary folder. */
public final class NativeLibrary {
  private NativeLibrary() {}

  /**
   * Loads the library, unless it is loaded. Without this call the first connection loads it, and
   * the driver logs a stack trace for each folder that it tries.
   *
   * @throws OperatorException if the library cannot be written to the folder or run from there
   */
  public static void load() {
    try {
      boolean unused = SQLiteJDBCLoader.initialize();
    } catch (Exception e) {
      throw new OperatorException(
          ("Cannot load SQLite's library from the temporary folder %s; start Java with"
                  + " -Dorg.sqlite.tmpdir=FOLDER, a folder that is writable and not mounted noexec")
              .formatted(
                  System.getProperty("org.sqlite.tmpdir", System.getProperty("java.io.tmpdir"))),
          e);
    }
  }
}
