package ai.adraa.inbox.server.account;

/** Reports that the queue of sign-in codes to send is full. */
public final class MailQueueFullException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MailQueueFullException() {
    // No stack trace: a full queue is not a programming error.
    super("Too many sign-in codes wait to be sent", null, false, false);
  }
}
