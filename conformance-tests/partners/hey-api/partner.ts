import { converse, type ErrorResponse } from "./conversation.js";
import { createClient } from "./generated/client/index.js";
import * as inbox from "./generated/index.js";

async function data<T>(call: Promise<{ data: T }>): Promise<T> {
  return (await call).data;
}

await converse({
  connect(baseUrl, secret) {
    const client = createClient({ baseUrl, auth: secret, throwOnError: true });
    const options = { client, throwOnError: true } as const;
    return {
      verifyToken: () => data(inbox.verifyToken(options)),
      requestSignInCode: (body) => inbox.requestSignInCode({ ...options, body }),
      signIn: (body) => data(inbox.signIn({ ...options, body })),
      getSession: () => data(inbox.getSession(options)),
      signOut: () => inbox.signOut(options),
      createToken: (workspaceId, body) =>
        data(inbox.createToken({ ...options, path: { workspaceId }, body })),
      listTokens: (workspaceId, query) =>
        data(inbox.listTokens({ ...options, path: { workspaceId }, query })),
      getToken: (workspaceId, tokenId) =>
        data(inbox.getToken({ ...options, path: { workspaceId, tokenId } })),
      revokeToken: (workspaceId, tokenId) =>
        data(inbox.revokeToken({ ...options, path: { workspaceId, tokenId } })),
      updateToken: (workspaceId, tokenId, body) =>
        data(inbox.updateToken({ ...options, path: { workspaceId, tokenId }, body })),
      getTokenUsage: (workspaceId, tokenId, query) =>
        data(inbox.getTokenUsage({ ...options, path: { workspaceId, tokenId }, query })),
      replaceToken: (workspaceId, tokenId, body) =>
        data(inbox.replaceToken({ ...options, path: { workspaceId, tokenId }, body })),
      revokeOwnToken: () => inbox.revokeOwnToken(options),
      listAuditEvents: (workspaceId, query) =>
        data(inbox.listAuditEvents({ ...options, path: { workspaceId }, query })),
      reportLeakedTokens: (body) => inbox.reportLeakedTokens({ ...options, body }),
    };
  },
  refusal: (failure) => (failure instanceof Error ? undefined : (failure as ErrorResponse)),
});
