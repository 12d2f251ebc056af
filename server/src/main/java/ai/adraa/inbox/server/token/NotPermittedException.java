package ai.adraa.inbox.server.token;

/**
 * A change is not written, because the session that asked for it does not permit it when it is
 * written.
 */
public final class NotPermittedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why. */
  public enum Reason {
    /** The session has ended. */
    SESSION_ENDED,
    /** The session's agent is not an admin of the workspace. */
    NOT_ADMIN
  }

  private final Reason reason;

  NotPermittedException(Reason reason) {
    // Without a stack trace: it is an outcome, not a fault.
    super(reason.name(), null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
