package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.api.VerificationApi;
import ai.adraa.inbox.server.model.Company;
import ai.adraa.inbox.server.model.TokenSummary;
import ai.adraa.inbox.server.model.TokenVerification;
import ai.adraa.inbox.server.token.Token;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;

/** Returns an API token's id and name and the workspace it grants access to. */
final class VerificationResource implements VerificationApi {
  @Context private SecurityContext caller;

  @Override
  public Response verifyToken() {
    return verify((Token.Verified) caller.getUserPrincipal());
  }

  /** Returns the response for a verified token; {@link VerificationHandler} uses it too. */
  static Response verify(Token.Verified token) {
    return Response.ok(
            new TokenVerification()
                .company(new Company().id(token.workspaceId()).name(token.workspaceName()))
                .token(new TokenSummary().id(token.id()).name(token.name())))
        .build();
  }
}
