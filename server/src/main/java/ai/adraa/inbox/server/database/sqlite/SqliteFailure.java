package ai.adraa.inbox.server.database.sqlite;

import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Translates SQLite's result codes into reasons that tell the operator what to do. The codes are
 * defined at https://www.sqlite.org/rescode.html.
 */
final class SqliteFailure {
  private SqliteFailure() {}

  /**
   * Returns why the database cannot answer and what to do; empty if the failure has another cause.
   */
  static Optional<String> reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException sqlite) {
        return Optional.ofNullable(reason(sqlite));
      }
    }
    return DatabaseUnavailableException.reasonOfWait(failure);
  }

  /** Returns the exception of a damaged file. */
  static SQLException damaged(String what) {
    return new SQLiteException(what, SQLiteErrorCode.SQLITE_CORRUPT);
  }

  /** Returns true if the database is read-only, so that nothing was written. */
  static boolean isReadOnly(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException sqlite) {
        return primary(sqlite) == SQLiteErrorCode.SQLITE_READONLY;
      }
    }
    return false;
  }

  private static @Nullable String reason(SQLiteException failure) {
    return switch (primary(failure)) {
      case SQLITE_FULL -> "the disk is full; free some space";
      case SQLITE_IOERR ->
          failure.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE
              ? "the disk is full or has an error; free some space"
              : "disk I/O error (%s); check the system log".formatted(failure.getResultCode());
      case SQLITE_READONLY, SQLITE_PERM ->
          "it is read-only; give the server's user write access to the file and its directory";
      case SQLITE_CANTOPEN ->
          "the file, or its -wal or -shm file, cannot be opened; give the server's user read and"
              + " write access to them and to their directory";
      case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL -> "another process holds a lock on it";
      case SQLITE_CORRUPT -> "the file is damaged; run 'check' for details, or restore a backup";
      case SQLITE_NOTADB -> "the file is not a database or is damaged; restore a backup";
      default -> null;
    };
  }

  /** Returns SQLite's primary result code, which is the low byte of an extended code. */
  static SQLiteErrorCode primary(SQLiteException failure) {
    return SQLiteErrorCode.getErrorCode(failure.getResultCode().code & 0xff);
  }
}
