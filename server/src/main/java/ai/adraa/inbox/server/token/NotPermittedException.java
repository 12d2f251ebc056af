package ai.adraa.inbox.server.token;

/**
 * Refuses a change because, at the time of writing, the session has ended or its agent is not an
 * admin.
 */
public final class NotPermittedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why the change is refused. */
  public enum Reason {
    /** The session has ended. */
    SESSION_ENDED,
    /** The session's agent is not an admin of the workspace. */
    NOT_ADMIN
  }

  private final Reason reason;

  NotPermittedException(Reason reason) {
    // No stack trace: a refusal is not a fault.
    super(reason.name(), null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
