package ai.adraa.inbox.server.log;

/** The names under which a log line carries what it belongs to (SLF4J's MDC). */
public final class LogContext {
  /** The id of the request. */
  public static final String REQUEST_ID = "requestId";

  /** The address that sent the request. */
  public static final String ADDRESS = "address";

  /** The logger of the access log. */
  public static final String ACCESS_LOG = "access";

  private LogContext() {}
}
