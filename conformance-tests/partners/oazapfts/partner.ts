import { HttpError, ok } from "@oazapfts/runtime";
import { converse } from "./conversation.js";
import * as inbox from "./generated/adraa-inbox.js";

await converse({
  connect(baseUrl, secret) {
    const headers = secret === undefined ? undefined : { Authorization: `Bearer ${secret}` };
    const options = { baseUrl, headers };
    return {
      verifyToken: () => ok(inbox.verifyToken(options)),
      requestSignInCode: (request) => ok(inbox.requestSignInCode(request, options)),
      signIn: (attempt) => ok(inbox.signIn(attempt, options)),
      getSession: () => ok(inbox.getSession(options)),
      signOut: () => ok(inbox.signOut(options)),
      createToken: (workspaceId, newToken) => ok(inbox.createToken(workspaceId, newToken, options)),
      listTokens: (workspaceId, query) => ok(inbox.listTokens(workspaceId, query, options)),
      getToken: (workspaceId, tokenId) => ok(inbox.getToken(workspaceId, tokenId, options)),
      revokeToken: (workspaceId, tokenId) => ok(inbox.revokeToken(workspaceId, tokenId, options)),
      updateToken: (workspaceId, tokenId, changes) =>
        ok(inbox.updateToken(workspaceId, tokenId, changes, options)),
      getTokenUsage: (workspaceId, tokenId, query) =>
        ok(inbox.getTokenUsage(workspaceId, tokenId, query, options)),
      replaceToken: (workspaceId, tokenId, replacement) =>
        ok(inbox.replaceToken(workspaceId, tokenId, replacement, options)),
      revokeOwnToken: () => ok(inbox.revokeOwnToken(options)),
      listAuditEvents: (workspaceId, query) =>
        ok(inbox.listAuditEvents(workspaceId, query, options)),
      reportLeakedTokens: (report) => ok(inbox.reportLeakedTokens(report, options)),
    };
  },
  refusal: (failure) => (failure instanceof HttpError ? failure.data : undefined),
});
