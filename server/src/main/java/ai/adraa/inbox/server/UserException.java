package ai.adraa.inbox.server;

import org.jspecify.annotations.Nullable;

/** A mistake of whoever runs the program; the message is one line that says what to do. */
final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UserException(String message) {
    super(message);
  }

  UserException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
