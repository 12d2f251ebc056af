package ai.adraa.inbox.server;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The database cannot answer just now, through no fault of the request; the message is one line
 * that says why and what to do.
 */
final class DatabaseUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DatabaseUnavailableException(String message, @Nullable Throwable cause) {
    // Without a stack trace: each request may meet it, and the cause has one.
    super(message, cause, false, false);
  }

  /** Why the database cannot answer, and what to do; empty if the failure is another. */
  static Optional<String> reason(Throwable failure) {
    SQLException last = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException sqlite) {
        return Optional.ofNullable(reason(sqlite));
      }
      if (cause instanceof SQLException sql) {
        last = sql;
      }
    }
    return last instanceof SQLTransientException || last instanceof SQLRecoverableException
        ? Optional.of("too many requests wait for it, or another process keeps it locked")
        : Optional.empty();
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
