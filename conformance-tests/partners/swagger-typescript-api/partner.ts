import { converse } from "./conversation.js";
import { Api } from "./generated/adraa-inbox.js";

async function data<T>(call: Promise<{ data: T }>): Promise<T> {
  return (await call).data;
}

await converse({
  connect(baseUrl, secret) {
    const inbox = new Api<string>({
      baseUrl,
      securityWorker: (secret) =>
        secret === null ? undefined : { headers: { Authorization: `Bearer ${secret}` } },
    });
    inbox.setSecurityData(secret ?? null);
    return {
      verifyToken: () => data(inbox.api.verifyToken()),
      requestSignInCode: (request) => inbox.api.requestSignInCode(request),
      signIn: (attempt) => data(inbox.api.signIn(attempt)),
      getSession: () => data(inbox.api.getSession()),
      signOut: () => inbox.api.signOut(),
      createToken: (workspaceId, newToken) => data(inbox.api.createToken(workspaceId, newToken)),
      listTokens: (workspaceId, query) => data(inbox.api.listTokens(workspaceId, query)),
      getToken: (workspaceId, tokenId) => data(inbox.api.getToken(workspaceId, tokenId)),
      revokeToken: (workspaceId, tokenId) => data(inbox.api.revokeToken(workspaceId, tokenId)),
      updateToken: (workspaceId, tokenId, changes) =>
        data(inbox.api.updateToken(workspaceId, tokenId, changes)),
      getTokenUsage: (workspaceId, tokenId, query) =>
        data(inbox.api.getTokenUsage(workspaceId, tokenId, query)),
      replaceToken: (workspaceId, tokenId, replacement) =>
        data(inbox.api.replaceToken(workspaceId, tokenId, replacement)),
      revokeOwnToken: () => inbox.api.revokeOwnToken(),
      listAuditEvents: (workspaceId, query) => data(inbox.api.listAuditEvents(workspaceId, query)),
      reportLeakedTokens: (report) => inbox.api.reportLeakedTokens(report),
    };
  },
  refusal: (failure) => (failure instanceof Response ? failure.json() : undefined),
});
