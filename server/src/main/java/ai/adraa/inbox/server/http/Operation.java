package ai.adraa.inbox.server.http;

import org.eclipse.jetty.server.Request;

/**
 * Stores the contract's operation in the request, for the access log and the metrics. They cannot
 * use the path, because a caller chooses it and it can contain a secret.
 */
public final class Operation {
  /** The request reached no operation: its path is unknown, or it was rejected earlier. */
  static final String NONE = "none";

  /** A page of the console or the reference. */
  static final String PAGE = "page";

  private static final String ATTRIBUTE = Operation.class.getName();

  private Operation() {}

  /** Records the operation by its operationId in the contract. */
  public static void set(Request request, String operation) {
    request.setAttribute(ATTRIBUTE, operation);
  }

  /** Returns the recorded operation, or {@link #NONE}. */
  static String of(Request request) {
    return request.getAttribute(ATTRIBUTE) instanceof String operation ? operation : NONE;
  }
}
