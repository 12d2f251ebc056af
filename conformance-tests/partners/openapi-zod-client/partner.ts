import { isAxiosError } from "axios";
import { converse } from "./conversation.js";
import { createApiClient } from "./generated/adraa-inbox.js";

await converse({
  connect(baseUrl, secret) {
    const headers = secret === undefined ? {} : { Authorization: `Bearer ${secret}` };
    const inbox = createApiClient(baseUrl, { axiosConfig: { headers } });
    return {
      verifyToken: () => inbox.verifyToken(),
      requestSignInCode: (request) => inbox.requestSignInCode(request),
      signIn: (attempt) => inbox.signIn(attempt),
      getSession: () => inbox.getSession(),
      signOut: () => inbox.signOut(undefined),
      createToken: (workspaceId, newToken) =>
        inbox.createToken(newToken, { params: { workspaceId } }),
      listTokens: (workspaceId, queries) =>
        inbox.listTokens({ params: { workspaceId }, queries }),
      getToken: (workspaceId, tokenId) => inbox.getToken({ params: { workspaceId, tokenId } }),
      revokeToken: (workspaceId, tokenId) =>
        inbox.revokeToken(undefined, { params: { workspaceId, tokenId } }),
      updateToken: (workspaceId, tokenId, changes) =>
        inbox.updateToken(changes, { params: { workspaceId, tokenId } }),
      getTokenUsage: (workspaceId, tokenId, queries) =>
        inbox.getTokenUsage({ params: { workspaceId, tokenId }, queries }),
      replaceToken: (workspaceId, tokenId, replacement) =>
        inbox.replaceToken(replacement, { params: { workspaceId, tokenId } }),
      revokeOwnToken: () => inbox.revokeOwnToken(undefined),
      listAuditEvents: (workspaceId, queries) =>
        inbox.listAuditEvents({ params: { workspaceId }, queries }),
      reportLeakedTokens: (report) => inbox.reportLeakedTokens(report),
    };
  },
  refusal: (failure) => (isAxiosError(failure) ? failure.response?.data : undefined),
});
