package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.http.Operation;
import jakarta.inject.Provider;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import org.eclipse.jetty.server.Request;
import org.glassfish.jersey.server.ExtendedUriInfo;
import org.glassfish.jersey.server.model.ResourceMethod;

/** Records which operation Jersey matched, for the access log and the metrics. */
final class OperationFilter implements ContainerResponseFilter {
  @Context private Provider<Request> jetty;

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    ResourceMethod method = ((ExtendedUriInfo) request.getUriInfo()).getMatchedResourceMethod();
    // An extended method is one that Jersey adds itself, such as OPTIONS.
    if (method != null && !method.isExtended()) {
      // In the generated interfaces a method's name is the operationId.
      Operation.set(jetty.get(), method.getInvocable().getHandlingMethod().getName());
    }
  }
}
