package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.AgentSession;
import ai.adraa.inbox.server.account.SignInService;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.api.SessionApi;
import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.model.CreatedSession;
import ai.adraa.inbox.server.model.Session;
import ai.adraa.inbox.server.model.SessionResponse;
import ai.adraa.inbox.server.model.SignInAttempt;
import ai.adraa.inbox.server.model.SignedInAgent;
import ai.adraa.inbox.server.model.WorkspaceMembership;
import ai.adraa.inbox.server.secret.Secret;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;

/** Starts, returns and ends console sessions. */
final class SessionResource implements SessionApi {
  private final SignInService signIn;
  private final WorkspaceStore workspaces;
  private final SessionCookie cookie;
  @Context private SecurityContext caller;
  @Context private HttpHeaders headers;

  SessionResource(SignInService signIn, WorkspaceStore workspaces, SessionCookie cookie) {
    this.signIn = signIn;
    this.workspaces = workspaces;
    this.cookie = cookie;
  }

  @Override
  public Response signIn(SignInAttempt request) {
    // Null counts as absent, which is the default.
    AgentSession.Credential credential =
        request.getCredential() == null
            ? AgentSession.Credential.COOKIE
            : AgentSession.Credential.valueOf(request.getCredential().name());
    boolean isBearer = credential == AgentSession.Credential.BEARER;
    AgentSession.Created created =
        signIn
            .signIn(
                request.getEmail(),
                new Secret(request.getCode()),
                credential,
                isBearer ? List.of() : cookie.ids(headers.getRequestHeaders()),
                RequestSource.console())
            .orElseThrow(() -> new ErrorCodeException(ErrorCode.INVALID_SIGN_IN_CODE));
    CreatedSession answer = new CreatedSession().session(wire(created.session()));
    Response.ResponseBuilder response = Response.status(Response.Status.CREATED);
    return isBearer
        ? response.entity(answer.secret(created.id().reveal())).build()
        : response
            .header(HttpHeaders.SET_COOKIE, cookie.set(created.id(), AgentSession.LIFETIME))
            .entity(answer)
            .build();
  }

  @Override
  public Response getSession() {
    return Response.ok(
            new SessionResponse().session(wire((AgentSession) caller.getUserPrincipal())))
        .build();
  }

  @Override
  public Response signOut() {
    AgentSession session = (AgentSession) caller.getUserPrincipal();
    if (caller.getAuthenticationScheme().equals(SessionAuthentication.BEARER)) {
      signIn.signOut(session, List.of(), RequestSource.console());
      return Response.noContent().build();
    }
    signIn.signOut(session, cookie.ids(headers.getRequestHeaders()), RequestSource.console());
    return Response.noContent().header(HttpHeaders.SET_COOKIE, cookie.remove()).build();
  }

  private Session wire(AgentSession session) {
    Agent agent = session.agent();
    return new Session()
        .agent(new SignedInAgent().id(agent.id()).email(agent.email()).nickname(agent.nickname()))
        .workspaces(
            workspaces.memberships(agent.id()).stream()
                .map(
                    membership ->
                        new WorkspaceMembership()
                            .id(membership.workspaceId())
                            .name(membership.workspaceName())
                            .role(membership.role().toString()))
                .toList())
        .expiresAt(session.expiresAt());
  }
}
