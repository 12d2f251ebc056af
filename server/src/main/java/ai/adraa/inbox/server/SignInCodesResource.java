package ai.adraa.inbox.server;

import ai.adraa.inbox.server.api.SignInCodesApi;
import ai.adraa.inbox.server.model.SignInCodeRequest;
import jakarta.ws.rs.core.Response;

/** Has sign-in codes sent. */
final class SignInCodesResource implements SignInCodesApi {
  private final SignInService signIn;

  SignInCodesResource(SignInService signIn) {
    this.signIn = signIn;
  }

  @Override
  public Response requestSignInCode(SignInCodeRequest request) {
    signIn.requestCode(request.getEmail(), AuditEvent.Source.console());
    return Response.accepted().build();
  }
}
