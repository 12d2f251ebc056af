package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.SignInService;
import ai.adraa.inbox.server.api.SignInCodesApi;
import ai.adraa.inbox.server.model.SignInCodeRequest;
import jakarta.ws.rs.core.Response;

/** Requests sign-in codes by email. */
final class SignInCodesResource implements SignInCodesApi {
  private final SignInService signIn;

  SignInCodesResource(SignInService signIn) {
    this.signIn = signIn;
  }

  @Override
  public Response requestSignInCode(SignInCodeRequest request) {
    signIn.requestCode(request.getEmail(), RequestSource.console());
    return Response.accepted().build();
  }
}
