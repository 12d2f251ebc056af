package ai.adraa.inbox.server.database.postgresql;

import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;

/** Translates PostgreSQL's SQLSTATEs into reasons that tell the operator what to do. */
public final class PostgresFailure {
  /** SQLSTATE of an index that points to a different row. */
  static final String INDEX_CORRUPTED = "XX002";

  private PostgresFailure() {}

  /**
   * Returns why the database cannot answer and what to do; empty if the failure has another cause.
   */
  public static Optional<String> reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && postgresReason(sql).isPresent()) {
        return postgresReason(sql);
      }
    }
    return DatabaseUnavailableException.reasonOfWait(failure);
  }

  /** The codes are listed at https://www.postgresql.org/docs/current/errcodes-appendix.html. */
  private static Optional<String> postgresReason(SQLException failure) {
    String state = failure.getSQLState() == null ? "" : failure.getSQLState();
    String reason =
        switch (state.length() < 2 ? "" : state.substring(0, 2)) {
          case "08" -> "cannot connect to PostgreSQL; is it running?";
          case "25" ->
              state.equals("25006")
                  ? "it is read-only (a standby, or configured as read-only); list all hosts in the"
                      + " URL so that the server finds the primary"
                  : null;
          case "28" -> "it rejects the user name or the password";
          case "3D" -> "the database does not exist";
          case "40" -> "too many concurrent writes to the same rows";
          case "53" ->
              switch (state) {
                case "53100" -> "its disk is full; free some space";
                case "53300" ->
                    "it has too many connections; raise max_connections, or run fewer nodes";
                default -> "it is out of memory or disk space";
              };
          case "55", "57" ->
              state.startsWith("57P")
                  ? "PostgreSQL is starting or stopping"
                  : "it takes too long, or another process holds a lock";
          case "58", "F0" ->
              "its host reports an error (%s); check PostgreSQL's log".formatted(state);
          case "XX" ->
              state.equals("XX001") || state.equals(INDEX_CORRUPTED)
                  ? "it is damaged (%s); check PostgreSQL's log and run pg_amcheck".formatted(state)
                  : null;
          default -> null;
        };
    return Optional.ofNullable(reason);
  }

  /** Returns true if PostgreSQL rolled back because of another transaction: SQLSTATE class 40. */
  static boolean isConflict(Throwable failure) {
    return state(failure).startsWith("40");
  }

  /**
   * Returns true if the connection failed (SQLSTATE class 08), the server is starting or stopping
   * (57P), or it accepts no writes (25006), as a former primary does.
   */
  static boolean isDisturbed(Throwable failure) {
    String state = state(failure);
    return state.startsWith("08") || state.startsWith("57P") || state.equals("25006");
  }

  private static String state(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return "";
  }

  /** Returns true if the pool had no free connection within its timeout. */
  static boolean isTimeout(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientConnectionException) {
        return true;
      }
    }
    return false;
  }
}
