package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.AgentSession;
import ai.adraa.inbox.server.account.SignInService;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.api.SessionApi;
import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.model.Session;
import ai.adraa.inbox.server.model.SessionResponse;
import ai.adraa.inbox.server.model.SignInRequest;
import ai.adraa.inbox.server.model.SignedInAgent;
import ai.adraa.inbox.server.model.WorkspaceMembership;
import ai.adraa.inbox.server.secret.Secret;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;

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
  public Response signIn(SignInRequest request) {
    AgentSession.Created created =
        signIn
            .signIn(
                request.getEmail(),
                new Secret(request.getCode()),
                cookie.ids(headers.getRequestHeaders()),
                ConsoleRequest.source())
            .orElseThrow(() -> new ErrorCodeException(ErrorCode.INVALID_SIGN_IN_CODE));
    return Response.status(Response.Status.CREATED)
        .header(HttpHeaders.SET_COOKIE, cookie.set(created.id(), AgentSession.LIFETIME))
        .entity(response(created.session()))
        .build();
  }

  @Override
  public Response getSession() {
    return Response.ok(response((AgentSession) caller.getUserPrincipal())).build();
  }

  @Override
  public Response signOut() {
    signIn.signOut(
        (AgentSession) caller.getUserPrincipal(),
        cookie.ids(headers.getRequestHeaders()),
        ConsoleRequest.source());
    return Response.noContent().header(HttpHeaders.SET_COOKIE, cookie.remove()).build();
  }

  private SessionResponse response(AgentSession session) {
    Agent agent = session.agent();
    return new SessionResponse()
        .session(
            new Session()
                .agent(
                    new SignedInAgent()
                        .id(agent.id())
                        .email(agent.email())
                        .nickname(agent.nickname()))
                .workspaces(
                    workspaces.memberships(agent.id()).stream()
                        .map(
                            membership ->
                                new WorkspaceMembership()
                                    .id(membership.workspaceId())
                                    .name(membership.workspaceName())
                                    .role(membership.role().toString()))
                        .toList())
                .expiresAt(session.expiresAt()));
  }
}
