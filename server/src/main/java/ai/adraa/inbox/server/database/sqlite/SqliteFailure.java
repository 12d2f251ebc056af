package ai.adraa.inbox.server.database.sqlite;

import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's result codes mean: https://www.sqlite.org/rescode.html. */
final class SqliteFailure {
  private SqliteFailure() {}

  /** Why the database cannot answer, and what to do; empty if the failure is another. */
  static Optional<String> reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException sqlite) {
        return Optional.ofNullable(reason(sqlite));
      }
    }
    return DatabaseUnavailableException.reasonOfWait(failure);
  }

  /** Whether nothing could be written, and so nothing was. */
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
              ? "the disk is full or fails; free some space"
              : "the disk fails (%s); see the system's log".formatted(failure.getResultCode());
      case SQLITE_READONLY, SQLITE_PERM ->
          "it is read-only; let the server's user write the file and its directory";
      case SQLITE_CANTOPEN ->
          "the file, or its -wal or -shm, cannot be opened; let the server's user read and write"
              + " them and their directory";
      case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL -> "another process keeps it locked";
      case SQLITE_CORRUPT -> "the file is damaged; check it, and restore a backup";
      case SQLITE_NOTADB -> "the file is no database, or is damaged; restore a backup";
      default -> null;
    };
  }

  /** SQLite's primary code, which is the low byte of an extended one. */
  static SQLiteErrorCode primary(SQLiteException failure) {
    return SQLiteErrorCode.getErrorCode(failure.getResultCode().code & 0xff);
  }
}
