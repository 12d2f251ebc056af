package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.text.PlainText;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;

/**
 * Refuses control, format and line separator characters in the contract's query parameters. Nothing
 * that a caller can look for has any, and PostgreSQL cannot compare text with some of them.
 */
final class PlainParameters implements ContainerRequestFilter {
  @Override
  public void filter(ContainerRequestContext request) {
    request
        .getUriInfo()
        .getQueryParameters()
        .forEach(
            (name, values) -> {
              if (QueryParameters.isKnown(name) && !values.stream().allMatch(PlainText::isPlain)) {
                throw ErrorCodeException.invalid(
                    name, "must not contain control, format or line separator characters");
              }
            });
  }
}
