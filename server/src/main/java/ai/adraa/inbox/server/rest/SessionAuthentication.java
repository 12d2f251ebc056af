package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.AgentSession;
import ai.adraa.inbox.server.account.Membership;
import ai.adraa.inbox.server.account.SignInService;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.secret.Secret;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Optional;

/**
 * Authenticates a request by its console session: a bearer secret in the Authorization header, or
 * else a cookie. Other Authorization headers are ignored, because a proxy may need them. If the
 * path names a workspace, the agent must be an admin of it. This check only refuses early, before
 * the body is read. The transaction that writes a change checks again.
 */
final class SessionAuthentication implements ContainerRequestFilter {
  /** The authentication schemes of a request with a session. */
  static final String BEARER = "Bearer";

  static final String COOKIE = "Cookie";

  private final SessionCookie cookie;
  private final SignInService signIn;
  private final WorkspaceStore workspaces;

  SessionAuthentication(SessionCookie cookie, SignInService signIn, WorkspaceStore workspaces) {
    this.cookie = cookie;
    this.signIn = signIn;
    this.workspaces = workspaces;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    List<String> authorization =
        request.getHeaders().getOrDefault(HttpHeaders.AUTHORIZATION, List.of());
    boolean isBearer = BearerCredential.isSession(authorization);
    AgentSession session =
        (isBearer ? byBearer(authorization) : byCookie(request))
            .orElseThrow(() -> new ErrorCodeException(ErrorCode.INVALID_SESSION));
    String workspaceId = request.getUriInfo().getPathParameters().getFirst("workspaceId");
    if (workspaceId != null) {
      requireAdmin(session, workspaceId);
    }
    request.setSecurityContext(new AuthenticatedCaller(session, isBearer ? BEARER : COOKIE));
  }

  private Optional<AgentSession> byBearer(List<String> authorization) {
    return BearerCredential.in(authorization)
        .filter(Secret::isWellFormedBearerSession)
        .flatMap(signIn::use);
  }

  private Optional<AgentSession> byCookie(ContainerRequestContext request) {
    List<Secret> ids = cookie.ids(request.getHeaders());
    if (ids.isEmpty()) {
      throw new ErrorCodeException(ErrorCode.MISSING_SESSION);
    }
    return ids.stream()
        // The secret of a bearer session is not accepted in a cookie.
        .filter(Secret::isWellFormedSessionId)
        .map(signIn::use)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private void requireAdmin(AgentSession session, String workspaceId) {
    Membership membership =
        workspaces
            .membership(session.agent().id(), workspaceId)
            .orElseThrow(() -> new ErrorCodeException(ErrorCode.WORKSPACE_NOT_FOUND));
    if (membership.role() != Membership.Role.ADMIN) {
      throw new ErrorCodeException(ErrorCode.ADMIN_REQUIRED);
    }
  }
}
