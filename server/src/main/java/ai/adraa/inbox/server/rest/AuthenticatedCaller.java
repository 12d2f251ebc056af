package ai.adraa.inbox.server.rest;

import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;

/** The authenticated caller of a request: a verified API token or a console session. */
record AuthenticatedCaller(Principal principal, String scheme) implements SecurityContext {
  @Override
  public Principal getUserPrincipal() {
    return principal;
  }

  @Override
  public boolean isUserInRole(String role) {
    return false;
  }

  @Override
  public boolean isSecure() {
    return false;
  }

  @Override
  public String getAuthenticationScheme() {
    return scheme;
  }
}
