package ai.adraa.inbox.server.database;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The database cannot answer now, through no fault of the request; the message is one line that
 * says why and what to do.
 */
public final class DatabaseUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DatabaseUnavailableException(String message, @Nullable Throwable cause) {
    // Without a stack trace: each request may meet it, and the cause has one.
    super(message, cause, false, false);
  }

  /** The reason if the failure is that of a pool without a free connection; empty for any other. */
  public static Optional<String> reasonOfWait(Throwable failure) {
    SQLException last = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        last = sql;
      }
    }
    return last instanceof SQLTransientException || last instanceof SQLRecoverableException
        ? Optional.of("too many requests wait for it, or another process keeps it locked")
        : Optional.empty();
  }
}
