import { converse } from "./conversation.js";
import {
  Configuration,
  ResponseError,
  SessionApi,
  SignInCodesApi,
  TokensApi,
  VerificationApi,
} from "./generated/index.js";

await converse({
  connect(basePath, secret) {
    const configuration = new Configuration({ basePath, accessToken: secret });
    const verification = new VerificationApi(configuration);
    const signInCodes = new SignInCodesApi(configuration);
    const sessions = new SessionApi(configuration);
    const tokens = new TokensApi(configuration);
    return {
      verifyToken: () => verification.verifyToken(),
      requestSignInCode: (signInCodeRequest) => signInCodes.requestSignInCode({ signInCodeRequest }),
      signIn: (signInAttempt) => sessions.signIn({ signInAttempt }),
      getSession: () => sessions.getSession(),
      signOut: () => sessions.signOut(),
      createToken: (workspaceId, newToken) => tokens.createToken({ workspaceId, newToken }),
      listTokens: (workspaceId, query) => tokens.listTokens({ workspaceId, ...query }),
      getToken: (workspaceId, tokenId) => tokens.getToken({ workspaceId, tokenId }),
      revokeToken: (workspaceId, tokenId) => tokens.revokeToken({ workspaceId, tokenId }),
    };
  },
  refusal: (failure) => (failure instanceof ResponseError ? failure.response.json() : undefined),
});
