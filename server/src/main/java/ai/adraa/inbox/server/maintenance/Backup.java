package ai.adraa.inbox.server.maintenance;

import ai.adraa.inbox.server.error.OperatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/** Backs up a SQLite database while other processes use it. */
public final class Backup {
  /** Receives the progress of a copy. */
  public interface Progress {
    /**
     * Called after each step.
     *
     * @param remaining pages still to copy
     * @param pages pages in total
     */
    void progress(int remaining, int pages);
  }

  private static final int PAGES_AT_ONCE = 1000;

  private Backup() {}

  /**
   * Writes a backup of the database as of one moment. It contains everything that was committed
   * before the call.
   *
   * @param overwrite true to replace an existing target
   * @throws OperatorException if the backup cannot be written or is damaged; the target is then
   *     unchanged, unless only the final sync of its directory failed
   */
  public static Inspection write(Path database, Path target, boolean overwrite, Progress progress) {
    try {
      if (!overwrite && Files.exists(target)) {
        throw new OperatorException(
            target + " already exists; choose another file, or replace it with --overwrite");
      }
      if (Files.exists(target) && Files.isSameFile(database, target)) {
        throw new OperatorException(target + " is the database itself; choose another file");
      }
      try (WorkingCopy copy = WorkingCopy.beside(target, ".partial")) {
        Inspection inspection = copy(database, copy, progress);
        copy.moveTo(target);
        return inspection;
      }
    } catch (SQLException | IOException e) {
      throw new OperatorException(
          "Cannot write the backup " + target + ": " + OperatorException.reason(e), e);
    }
  }

  /** Copies the source as of one moment into a single file and verifies the copy. */
  static Inspection copy(Path source, WorkingCopy copy, Progress progress)
      throws SQLException, IOException {
    Map<String, Long> rows;
    try (Connection connection = Inspection.readOnly(source).getConnection()) {
      // The transaction fixes the snapshot: without it, each commit would restart the copy.
      connection.setAutoCommit(false);
      rows = Inspection.rows(connection);
      int result =
          connection
              .unwrap(SQLiteConnection.class)
              .getDatabase()
              .backup("main", copy.path().toString(), progress::progress, 100, 100, PAGES_AT_ONCE);
      connection.rollback();
      if (result != SQLiteErrorCode.SQLITE_OK.code && result != SQLiteErrorCode.SQLITE_DONE.code) {
        throw new SQLException(SQLiteErrorCode.getErrorCode(result).toString());
      }
    }
    // A backup must be one file, without a log beside it.
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy.path());
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = DELETE");
    }
    Inspection inspection = Inspection.of(copy.path());
    if (!inspection.faults().isEmpty()) {
      throw new OperatorException(source + " cannot be used. " + inspection.faults().get(0));
    }
    if (!inspection.rows().equals(rows)) {
      throw new OperatorException("The copy of " + source + " does not have the same rows");
    }
    copy.force();
    return inspection;
  }
}
