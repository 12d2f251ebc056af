package ai.adraa.inbox.server.database.postgresql;

import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import java.sql.SQLException;
import java.util.Optional;

/** What PostgreSQL's SQLSTATEs mean. */
public final class PostgresFailure {
  /** SQLSTATE of an index that points to a different row. */
  static final String INDEX_CORRUPTED = "XX002";

  private PostgresFailure() {}

  /** Why the database cannot answer, and what to do; empty if the failure is another. */
  public static Optional<String> reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && postgresReason(sql).isPresent()) {
        return postgresReason(sql);
      }
    }
    return DatabaseUnavailableException.reasonOfWait(failure);
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
}
