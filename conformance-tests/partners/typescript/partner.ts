import { converse } from "./conversation";
import {
  ApiException,
  AuditEventsApi,
  createConfiguration,
  LeakedTokensApi,
  ServerConfiguration,
  SessionApi,
  SignInAttemptCredentialEnum,
  SignInCodesApi,
  TokensApi,
  VerificationApi,
} from "./generated";

function bearer(secret?: string) {
  return secret === undefined ? undefined : { tokenProvider: { getToken: () => secret } };
}

void converse({
  connect(baseUrl, secret) {
    const configuration = createConfiguration({
      baseServer: new ServerConfiguration(baseUrl, {}),
      authMethods: { bearerToken: bearer(secret) },
    });
    const verification = new VerificationApi(configuration);
    const signInCodes = new SignInCodesApi(configuration);
    const sessions = new SessionApi(configuration);
    const tokens = new TokensApi(configuration);
    const auditEvents = new AuditEventsApi(configuration);
    const leakedTokens = new LeakedTokensApi(configuration);
    return {
      verifyToken: () => verification.verifyToken(),
      requestSignInCode: (request) => signInCodes.requestSignInCode(request),
      signIn: (attempt) =>
        sessions.signIn({ ...attempt, credential: SignInAttemptCredentialEnum.Bearer }),
      getSession: () => sessions.getSession(),
      signOut: () => sessions.signOut(),
      createToken: (workspaceId, newToken) => tokens.createToken(workspaceId, newToken),
      listTokens: (workspaceId, { limit, cursor }) =>
        tokens.listTokens(workspaceId, undefined, limit, cursor),
      getToken: (workspaceId, tokenId) => tokens.getToken(workspaceId, tokenId),
      revokeToken: (workspaceId, tokenId) => tokens.revokeToken(workspaceId, tokenId),
      updateToken: (workspaceId, tokenId, changes) =>
        tokens.updateToken(workspaceId, tokenId, changes),
      getTokenUsage: (workspaceId, tokenId, { days }) =>
        tokens.getTokenUsage(workspaceId, tokenId, days),
      replaceToken: (workspaceId, tokenId, replacement) =>
        tokens.replaceToken(workspaceId, tokenId, replacement),
      revokeOwnToken: () => verification.revokeOwnToken(),
      listAuditEvents: (workspaceId, { since, limit }) =>
        auditEvents.listAuditEvents(workspaceId, undefined, undefined, undefined, since, undefined, limit),
      reportLeakedTokens: (report) => leakedTokens.reportLeakedTokens(report),
    };
  },
  hasDates: true,
  refusal: (failure) => (failure instanceof ApiException ? failure.body : undefined),
});
