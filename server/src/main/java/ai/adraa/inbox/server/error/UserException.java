package ai.adraa.inbox.server.error;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A mistake of whoever runs the program; the message is one line that says what to do. */
public class UserException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UserException(String message) {
    super(message);
  }

  public UserException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** What a failure comes from: what the database says, or else the last cause. */
  public static Throwable origin(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof SQLException)) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The same in one line, for a message. */
  public static String reason(Throwable failure) {
    return String.valueOf(origin(failure).getMessage())
        .lines()
        .findFirst()
        .orElse("unknown reason");
  }
}
