package ai.adraa.inbox.server.database;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the database is temporarily unavailable, whatever the request. The message is one
 * line that says why and what to do.
 */
public final class DatabaseUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String code;

  /** Creates an exception with the code {@code database_unreadable}. */
  public DatabaseUnavailableException(String message, @Nullable Throwable cause) {
    this("database_unreadable", message, cause);
  }

  /**
   * @param code the reason that {@code /health/ready} reports
   */
  public DatabaseUnavailableException(String code, String message, @Nullable Throwable cause) {
    // No stack trace: every request can fail like this during an outage, and the cause has one.
    super(message, cause, false, false);
    this.code = code;
  }

  /** Returns the reason that {@code /health/ready} reports, such as {@code database_removed}. */
  public String code() {
    return code;
  }

  /**
   * Returns the reason if the root failure is a wait that timed out, such as a pool without a free
   * connection; empty for any other failure.
   */
  public static Optional<String> reasonOfWait(Throwable failure) {
    SQLException last = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        last = sql;
      }
    }
    return last instanceof SQLTransientException || last instanceof SQLRecoverableException
        ? Optional.of("too many requests are waiting, or another process holds a lock")
        : Optional.empty();
  }
}
