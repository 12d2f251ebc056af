package ai.adraa.inbox.server.error;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Reports a mistake of the operator. The message is one line that names the problem or what to do.
 */
public class OperatorException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public OperatorException(String message) {
    super(message);
  }

  public OperatorException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Returns the first SQLException in the chain of causes, or the last cause if there is none. */
  public static Throwable origin(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof SQLException)) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Returns the first line of the {@link #origin} message, or {@code unknown reason}. */
  public static String reason(Throwable failure) {
    return String.valueOf(origin(failure).getMessage())
        .lines()
        .findFirst()
        .orElse("unknown reason");
  }
}
