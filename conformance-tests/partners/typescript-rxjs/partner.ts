import { firstValueFrom } from "rxjs";
import { AjaxError } from "rxjs/ajax";
import { converse } from "./conversation";
import {
  AuditEventsApi,
  Configuration,
  LeakedTokensApi,
  SessionApi,
  SignInAttemptCredentialEnum,
  SignInCodesApi,
  TokensApi,
  VerificationApi,
  type Middleware,
} from "./generated";

// The generated client is for browsers; Node.js has no XMLHttpRequest.
globalThis.XMLHttpRequest = require("xhr2");

function bearer(secret: string): Middleware {
  return {
    pre: (request) => ({
      ...request,
      headers: { ...request.headers, Authorization: `Bearer ${secret}` },
    }),
  };
}

void converse({
  connect(basePath, secret) {
    const middleware = secret === undefined ? [] : [bearer(secret)];
    const configuration = new Configuration({ basePath, middleware });
    const verification = new VerificationApi(configuration);
    const signInCodes = new SignInCodesApi(configuration);
    const sessions = new SessionApi(configuration);
    const tokens = new TokensApi(configuration);
    const auditEvents = new AuditEventsApi(configuration);
    const leakedTokens = new LeakedTokensApi(configuration);
    return {
      verifyToken: () => firstValueFrom(verification.verifyToken()),
      requestSignInCode: (signInCodeRequest) =>
        firstValueFrom(signInCodes.requestSignInCode({ signInCodeRequest })),
      signIn: (attempt) => {
        const signInAttempt = { ...attempt, credential: SignInAttemptCredentialEnum.Bearer };
        return firstValueFrom(sessions.signIn({ signInAttempt }));
      },
      getSession: () => firstValueFrom(sessions.getSession()),
      signOut: () => firstValueFrom(sessions.signOut()),
      createToken: (workspaceId, newToken) =>
        firstValueFrom(tokens.createToken({ workspaceId, newToken })),
      listTokens: (workspaceId, query) =>
        firstValueFrom(tokens.listTokens({ workspaceId, ...query })),
      getToken: (workspaceId, tokenId) =>
        firstValueFrom(tokens.getToken({ workspaceId, tokenId })),
      revokeToken: (workspaceId, tokenId) =>
        firstValueFrom(tokens.revokeToken({ workspaceId, tokenId })),
      updateToken: (workspaceId, tokenId, tokenChanges) =>
        firstValueFrom(tokens.updateToken({ workspaceId, tokenId, tokenChanges })),
      getTokenUsage: (workspaceId, tokenId, query) =>
        firstValueFrom(tokens.getTokenUsage({ workspaceId, tokenId, ...query })),
      replaceToken: (workspaceId, tokenId, replacement) =>
        firstValueFrom(tokens.replaceToken({ workspaceId, tokenId, replacement })),
      revokeOwnToken: () => firstValueFrom(verification.revokeOwnToken()),
      listAuditEvents: (workspaceId, query) =>
        firstValueFrom(auditEvents.listAuditEvents({ workspaceId, ...query })),
      reportLeakedTokens: (leakReport) =>
        firstValueFrom(leakedTokens.reportLeakedTokens({ leakReport })),
    };
  },
  refusal: (failure) => (failure instanceof AjaxError ? failure.response : undefined),
});
