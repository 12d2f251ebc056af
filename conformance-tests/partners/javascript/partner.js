import { converse } from "./conversation";
import {
  ApiClient,
  NewToken,
  SessionApi,
  SignInAttempt,
  SignInCodeRequest,
  SignInCodesApi,
  TokensApi,
  VerificationApi,
} from "./generated/src";

void converse({
  connect(baseUrl, secret) {
    const client = new ApiClient(baseUrl);
    client.authentications.bearerToken.accessToken = secret;
    const verification = new VerificationApi(client);
    const signInCodes = new SignInCodesApi(client);
    const sessions = new SessionApi(client);
    const tokens = new TokensApi(client);
    return {
      verifyToken: () => verification.verifyToken(),
      requestSignInCode: ({ email }) =>
        signInCodes.requestSignInCode(new SignInCodeRequest(email)),
      signIn: ({ email, code, credential }) =>
        sessions.signIn(Object.assign(new SignInAttempt(email, code), { credential })),
      getSession: () => sessions.getSession(),
      signOut: () => sessions.signOut(),
      createToken: (workspaceId, { name }) => tokens.createToken(workspaceId, new NewToken(name)),
      listTokens: (workspaceId, query) => tokens.listTokens(workspaceId, query),
      getToken: (workspaceId, tokenId) => tokens.getToken(workspaceId, tokenId),
      revokeToken: (workspaceId, tokenId) => tokens.revokeToken(workspaceId, tokenId),
    };
  },
  refusal: (failure) => failure.body,
});
