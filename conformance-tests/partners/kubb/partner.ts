import { isAxiosError } from "axios";
import { converse } from "./conversation.js";
import * as inbox from "./generated/index.js";

await converse({
  connect(baseURL, secret) {
    const headers = secret === undefined ? {} : { Authorization: `Bearer ${secret}` };
    const config = { baseURL, headers };
    return {
      verifyToken: () => inbox.verifyToken(config),
      requestSignInCode: (request) => inbox.requestSignInCode(request, config),
      signIn: (attempt) => inbox.signIn(attempt, config),
      getSession: () => inbox.getSession(config),
      signOut: () => inbox.signOut(config),
      createToken: (workspaceId, newToken) => inbox.createToken(workspaceId, newToken, config),
      listTokens: (workspaceId, query) => inbox.listTokens(workspaceId, query, config),
      getToken: (workspaceId, tokenId) => inbox.getToken(workspaceId, tokenId, config),
      revokeToken: (workspaceId, tokenId) => inbox.revokeToken(workspaceId, tokenId, config),
      updateToken: (workspaceId, tokenId, changes) =>
        inbox.updateToken(workspaceId, tokenId, changes, config),
      getTokenUsage: (workspaceId, tokenId, query) =>
        inbox.getTokenUsage(workspaceId, tokenId, query, config),
      replaceToken: (workspaceId, tokenId, replacement) =>
        inbox.replaceToken(workspaceId, tokenId, replacement, config),
      revokeOwnToken: () => inbox.revokeOwnToken(config),
      listAuditEvents: (workspaceId, query) => inbox.listAuditEvents(workspaceId, query, config),
      reportLeakedTokens: (report) => inbox.reportLeakedTokens(report, config),
    };
  },
  refusal: (failure) => (isAxiosError(failure) ? failure.response?.data : undefined),
});
