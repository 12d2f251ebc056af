package ai.adraa.inbox.server;

import ai.adraa.inbox.server.api.SessionApi;
import ai.adraa.inbox.server.model.SessionResponse;
import ai.adraa.inbox.server.model.SignInRequest;
import ai.adraa.inbox.server.model.SignedInAgent;
import ai.adraa.inbox.server.model.WorkspaceMembership;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.util.Optional;

/** Begins, tells and ends console sessions. */
final class SessionResource implements SessionApi {
  private final SignInService signIn;
  private final WorkspaceStore workspaces;
  private final boolean secureCookie;
  @Context private SecurityContext caller;
  @Context private HttpHeaders headers;

  SessionResource(SignInService signIn, WorkspaceStore workspaces, URI publicUrl) {
    this.signIn = signIn;
    this.workspaces = workspaces;
    this.secureCookie = "https".equalsIgnoreCase(publicUrl.getScheme());
  }

  @Override
  public Response signIn(SignInRequest request) {
    Session.Created created =
        signIn.signIn(
            request.getEmail(),
            new Secret(request.getCode()),
            Optional.ofNullable(headers.getCookies().get(SessionAuthentication.COOKIE))
                .map(cookie -> new Secret(cookie.getValue())),
            AuditEvent.Source.console());
    return Response.status(Response.Status.CREATED)
        .cookie(cookie(created.id().reveal(), Math.toIntExact(Session.LIFETIME.toSeconds())))
        .entity(response(created.session()))
        .build();
  }

  @Override
  public Response getSession() {
    return Response.ok(response((Session) caller.getUserPrincipal())).build();
  }

  @Override
  public Response signOut() {
    signIn.signOut((Session) caller.getUserPrincipal(), AuditEvent.Source.console());
    return Response.noContent().cookie(cookie("", 0)).build();
  }

  private NewCookie cookie(String value, int maxAgeSeconds) {
    return new NewCookie.Builder(SessionAuthentication.COOKIE)
        .value(value)
        .path("/")
        .maxAge(maxAgeSeconds)
        .httpOnly(true)
        .secure(secureCookie)
        .sameSite(NewCookie.SameSite.LAX)
        .build();
  }

  private SessionResponse response(Session session) {
    Agent agent = session.agent();
    return new SessionResponse()
        .session(
            new ai.adraa.inbox.server.model.Session()
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
                                    .role(membership.role().word()))
                        .toList())
                .expiresAt(session.expiresAt()));
  }
}
