package ai.adraa.inbox.server;

import jakarta.inject.Provider;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import org.eclipse.jetty.server.Request;
import org.glassfish.jersey.server.ExtendedUriInfo;
import org.glassfish.jersey.server.model.ResourceMethod;

/**
 * Tells Jetty which of the contract's operations a request was, for the access log and the metrics:
 * they see every request, but a path only, which can be anything and hold a secret.
 */
final class Operation implements ContainerResponseFilter {
  /** What reached no operation: an unknown path, or what was refused before. */
  static final String NONE = "none";

  /** The pages of the console and the reference, which are no operations. */
  static final String PAGE = "page";

  private static final String ATTRIBUTE = Operation.class.getName();

  @Context private Provider<Request> jetty;

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    ResourceMethod method = ((ExtendedUriInfo) request.getUriInfo()).getMatchedResourceMethod();
    // Jersey answers OPTIONS itself, with a method of its own.
    if (method != null && !method.isExtended()) {
      // The generated interfaces name each method as the contract its operation.
      set(jetty.get(), method.getInvocable().getHandlingMethod().getName());
    }
  }

  static void set(Request request, String operation) {
    request.setAttribute(ATTRIBUTE, operation);
  }

  static String of(Request request) {
    return request.getAttribute(ATTRIBUTE) instanceof String operation ? operation : NONE;
  }
}
