package ai.adraa.inbox.server.account;

/** A sign-in code cannot be sent, because too many wait to be sent. */
public final class MailQueueFullException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MailQueueFullException() {
    // Without a stack trace: it is an outcome, not a fault.
    super("Too many sign-in codes wait to be sent", null, false, false);
  }
}
