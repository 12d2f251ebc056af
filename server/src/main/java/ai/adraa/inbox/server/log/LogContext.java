package ai.adraa.inbox.server.log;

/** Names the MDC keys and the access logger, so that code and log configuration agree. */
public final class LogContext {
  /** The MDC key of the request id. */
  public static final String REQUEST_ID = "requestId";

  /** The MDC key of the client address. */
  public static final String ADDRESS = "address";

  /** The name of the access logger. */
  public static final String ACCESS_LOG = "access";

  private LogContext() {}
}
