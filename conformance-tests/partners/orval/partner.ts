import { converse, type ErrorResponse } from "./conversation.js";
import * as inbox from "./generated/adraa-inbox.js";

class Refused extends Error {
  constructor(readonly response: ErrorResponse) {
    super(response.error.code);
  }
}

type Success<R> = Exclude<R, { data: ErrorResponse }> extends { data: infer T } ? T : never;

async function data<R extends { data: unknown; status: number }>(
  call: Promise<R>,
): Promise<Success<R>> {
  const { status, data } = await call;
  if (status >= 400) throw new Refused(data as ErrorResponse);
  return data as Success<R>;
}

await converse({
  connect(_baseUrl, secret) {
    const options = secret === undefined ? {} : { headers: { Authorization: `Bearer ${secret}` } };
    return {
      verifyToken: () => data(inbox.verifyToken(options)),
      requestSignInCode: (request) => data(inbox.requestSignInCode(request, options)),
      signIn: (attempt) => data(inbox.signIn(attempt, options)),
      getSession: () => data(inbox.getSession(options)),
      signOut: () => data(inbox.signOut(options)),
      createToken: (workspaceId, newToken) =>
        data(inbox.createToken(workspaceId, newToken, options)),
      listTokens: (workspaceId, query) => data(inbox.listTokens(workspaceId, query, options)),
      getToken: (workspaceId, tokenId) => data(inbox.getToken(workspaceId, tokenId, options)),
      revokeToken: (workspaceId, tokenId) => data(inbox.revokeToken(workspaceId, tokenId, options)),
      updateToken: (workspaceId, tokenId, changes) =>
        data(inbox.updateToken(workspaceId, tokenId, changes, options)),
      getTokenUsage: (workspaceId, tokenId, query) =>
        data(inbox.getTokenUsage(workspaceId, tokenId, query, options)),
      replaceToken: (workspaceId, tokenId, replacement) =>
        data(inbox.replaceToken(workspaceId, tokenId, replacement, options)),
      revokeOwnToken: () => data(inbox.revokeOwnToken(options)),
      listAuditEvents: (workspaceId, query) =>
        data(inbox.listAuditEvents(workspaceId, query, options)),
      reportLeakedTokens: (report) => data(inbox.reportLeakedTokens(report, options)),
    };
  },
  refusal: (failure) => (failure instanceof Refused ? failure.response : undefined),
});
