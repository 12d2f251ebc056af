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

/** Names the operation that Jersey has found for a request. */
final class OperationFilter implements ContainerResponseFilter {
  @Context private Provider<Request> jetty;

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    ResourceMethod method = ((ExtendedUriInfo) request.getUriInfo()).getMatchedResourceMethod();
    // Jersey answers OPTIONS itself, with a method of its own.
    if (method != null && !method.isExtended()) {
      // The generated interfaces name each method as the contract its operation.
      Operation.set(jetty.get(), method.getInvocable().getHandlingMethod().getName());
    }
  }
}
