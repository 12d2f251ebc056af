package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.api.VerificationApi;
import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.model.Company;
import ai.adraa.inbox.server.model.TokenSummary;
import ai.adraa.inbox.server.model.TokenVerification;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenService;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import org.glassfish.jersey.uri.UriComponent;

/** Verifies the API token that a request is sent with, and revokes it. */
final class VerificationResource implements VerificationApi {
  private final TokenService tokens;
  @Context private SecurityContext caller;

  VerificationResource(TokenService tokens) {
    this.tokens = tokens;
  }

  @Override
  public Response verifyToken() {
    return verify((Token.Verified) caller.getUserPrincipal());
  }

  @Override
  public Response revokeOwnToken() {
    tokens.revokeOwn((Token.Verified) caller.getUserPrincipal(), RequestSource.api());
    return Response.noContent().build();
  }

  /** Returns the response for a verified token; {@link VerificationHandler} uses it too. */
  static Response verify(Token.Verified token) {
    Response.ResponseBuilder response =
        Response.ok(
                new TokenVerification()
                    .company(new Company().id(token.workspaceId()).name(token.workspaceName()))
                    .token(new TokenSummary().id(token.id()).name(token.name())))
            .header("X-Workspace-Id", token.workspaceId())
            .header("X-Workspace-Name", percentEncoded(token.workspaceName()))
            .header("X-Token-Id", token.id());
    token.expiresAt().ifPresent(at -> response.header("X-Token-Expires-At", Json.format(at)));
    return response.build();
  }

  /**
   * A header can have only some characters, and this returns a name that needs no escape as it is.
   */
  static String percentEncoded(String name) {
    return UriComponent.encode(name, UriComponent.Type.UNRESERVED);
  }
}
