package ai.adraa.inbox.server.http;

import org.eclipse.jetty.server.Request;

/**
 * Which of the contract's operations a request was, for the access log and the metrics: they see
 * every request, but only a path, which can be anything and hold a secret.
 */
public final class Operation {
  /** What reached no operation: an unknown path, or a request that was refused before. */
  static final String NONE = "none";

  /** The pages of the console and the reference, which are not operations. */
  static final String PAGE = "page";

  private static final String ATTRIBUTE = Operation.class.getName();

  private Operation() {}

  public static void set(Request request, String operation) {
    request.setAttribute(ATTRIBUTE, operation);
  }

  static String of(Request request) {
    return request.getAttribute(ATTRIBUTE) instanceof String operation ? operation : NONE;
  }
}
