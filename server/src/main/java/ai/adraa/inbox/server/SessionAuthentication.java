package ai.adraa.inbox.server;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.Cookie;

/**
 * Lets a request pass with a console session and, where the path names a workspace, only that of an
 * admin of it. Runs before the body is read.
 */
final class SessionAuthentication implements ContainerRequestFilter {
  static final String COOKIE = "adraa_session";

  private final SignInService signIn;
  private final WorkspaceStore workspaces;

  SessionAuthentication(SignInService signIn, WorkspaceStore workspaces) {
    this.signIn = signIn;
    this.workspaces = workspaces;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    Cookie cookie = request.getCookies().get(COOKIE);
    if (cookie == null) {
      throw new ApiException(ErrorCode.MISSING_SESSION);
    }
    Session session =
        signIn
            .use(new Secret(cookie.getValue()))
            .orElseThrow(() -> new ApiException(ErrorCode.INVALID_SESSION));
    String workspaceId = request.getUriInfo().getPathParameters().getFirst("workspaceId");
    if (workspaceId != null) {
      requireAdmin(session, workspaceId);
    }
    request.setSecurityContext(new Caller(session, "Cookie"));
  }

  private void requireAdmin(Session session, String workspaceId) {
    Membership membership =
        workspaces
            .membership(session.agent().id(), workspaceId)
            .orElseThrow(() -> new ApiException(ErrorCode.WORKSPACE_NOT_FOUND));
    if (membership.role() != Membership.Role.ADMIN) {
      throw new ApiException(ErrorCode.ADMIN_REQUIRED);
    }
  }
}
