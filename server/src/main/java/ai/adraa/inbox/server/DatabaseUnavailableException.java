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
  /** SQLSTATE of an index that leads to another row. */
  static final String INDEX_CORRUPTED = "XX002";

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
        if (postgresReason(sql).isPresent()) {
          return postgresReason(sql);
        }
        last = sql;
      }
    }
    return last instanceof SQLTransientException || last instanceof SQLRecoverableException
        ? Optional.of("too many requests wait for it, or another process keeps it locked")
        : Optional.empty();
  }

  /** By its SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
  private static Optional<String> postgresReason(SQLException failure) {
    String state = failure.getSQLState() == null ? "" : failure.getSQLState();
    String reason =
        switch (state.length() < 2 ? "" : state.substring(0, 2)) {
          case "08" -> "there is no connection to PostgreSQL; is it there?";
          case "25" ->
              state.equals("25006")
                  ? "it is read-only: a standby, or set to be so; name all hosts, so that the primary"
                      + " is found among them"
                  : null;
          case "28" -> "it refuses the user or the password";
          case "3D" -> "there is no database of this name";
          case "40" -> "too many write to the same rows";
          case "53" ->
              switch (state) {
                case "53100" -> "its disk is full; free some space";
                case "53300" -> "it has too many connections; let it have more, or use fewer nodes";
                default -> "it is short of memory or disk";
              };
          case "55", "57" ->
              state.startsWith("57P")
                  ? "PostgreSQL stops or starts"
                  : "it takes too long, or another process keeps a lock";
          case "58", "F0" -> "its machine fails (%s); see its log".formatted(state);
          case "XX" ->
              state.equals("XX001") || state.equals(INDEX_CORRUPTED)
                  ? "it is damaged (%s); see its log, check it with pg_amcheck".formatted(state)
                  : null;
          default -> null;
        };
    return Optional.ofNullable(reason);
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
