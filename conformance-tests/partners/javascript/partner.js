import { converse } from "./conversation";
import {
  ApiClient,
  AuditEventsApi,
  LeakedTokensApi,
  LeakReport,
  NewToken,
  Replacement,
  SessionApi,
  SignInAttempt,
  SignInCodeRequest,
  SignInCodesApi,
  TokenChanges,
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
    const auditEvents = new AuditEventsApi(client);
    const leakedTokens = new LeakedTokensApi(client);
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
      updateToken: (workspaceId, tokenId, changes) =>
        tokens.updateToken(workspaceId, tokenId, TokenChanges.constructFromObject(changes)),
      getTokenUsage: (workspaceId, tokenId, query) =>
        tokens.getTokenUsage(workspaceId, tokenId, query),
      replaceToken: (workspaceId, tokenId, replacement) =>
        tokens.replaceToken(workspaceId, tokenId, Object.assign(new Replacement(), replacement)),
      revokeOwnToken: () => verification.revokeOwnToken(),
      listAuditEvents: (workspaceId, query) => auditEvents.listAuditEvents(workspaceId, query),
      reportLeakedTokens: (report) =>
        leakedTokens.reportLeakedTokens(LeakReport.constructFromObject(report)),
    };
  },
  hasDates: true,
  refusal: (failure) => failure.body,
});
