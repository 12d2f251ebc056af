import { converse } from "./conversation.js";
import {
  AuditEventsApi,
  Configuration,
  LeakedTokensApi,
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
    const auditEvents = new AuditEventsApi(configuration);
    const leakedTokens = new LeakedTokensApi(configuration);
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
      updateToken: (workspaceId, tokenId, tokenChanges) =>
        tokens.updateToken({ workspaceId, tokenId, tokenChanges }),
      getTokenUsage: (workspaceId, tokenId, query) =>
        tokens.getTokenUsage({ workspaceId, tokenId, ...query }),
      replaceToken: (workspaceId, tokenId, replacement) =>
        tokens.replaceToken({ workspaceId, tokenId, replacement }),
      revokeOwnToken: () => verification.revokeOwnToken(),
      listAuditEvents: (workspaceId, query) =>
        auditEvents.listAuditEvents({ workspaceId, ...query }),
      reportLeakedTokens: (leakReport) =>
        leakedTokens.reportLeakedTokens({ leakReport }),
    };
  },
  hasDates: true,
  refusal: (failure) => (failure instanceof ResponseError ? failure.response.json() : undefined),
});
