import { isAxiosError } from "axios";
import { converse } from "./conversation.js";
import {
  AuditEventsApi,
  Configuration,
  LeakedTokensApi,
  SessionApi,
  SignInCodesApi,
  TokensApi,
  VerificationApi,
} from "./generated/index.js";

async function data<T>(call: Promise<{ data: T }>): Promise<T> {
  return (await call).data;
}

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
      verifyToken: () => data(verification.verifyToken()),
      requestSignInCode: (request) => signInCodes.requestSignInCode(request),
      signIn: (attempt) => data(sessions.signIn(attempt)),
      getSession: () => data(sessions.getSession()),
      signOut: () => sessions.signOut(),
      createToken: (workspaceId, newToken) => data(tokens.createToken(workspaceId, newToken)),
      listTokens: (workspaceId, { limit, cursor }) =>
        data(tokens.listTokens(workspaceId, undefined, limit, cursor)),
      getToken: (workspaceId, tokenId) => data(tokens.getToken(workspaceId, tokenId)),
      revokeToken: (workspaceId, tokenId) => data(tokens.revokeToken(workspaceId, tokenId)),
      updateToken: (workspaceId, tokenId, changes) =>
        data(tokens.updateToken(workspaceId, tokenId, changes)),
      getTokenUsage: (workspaceId, tokenId, { days }) =>
        data(tokens.getTokenUsage(workspaceId, tokenId, days)),
      replaceToken: (workspaceId, tokenId, replacement) =>
        data(tokens.replaceToken(workspaceId, tokenId, replacement)),
      revokeOwnToken: () => verification.revokeOwnToken(),
      listAuditEvents: (workspaceId, { since, limit }) =>
        data(auditEvents.listAuditEvents(workspaceId, undefined, undefined, undefined, since, undefined, limit)),
      reportLeakedTokens: (report) => leakedTokens.reportLeakedTokens(report),
    };
  },
  refusal: (failure) => (isAxiosError(failure) ? failure.response?.data : undefined),
});
