// The whole life of a token. What stands between "sample" and "end" is shown in the API reference.
import { createInterface } from "node:readline/promises";
// sample: setup
import createClient from "openapi-fetch";
import type { paths } from "./generated/adraa-inbox.js";

const baseUrl = process.env.ADRAA_BASE_URL;
const inbox = createClient<paths>({ baseUrl });
// end

const missing = await inbox.GET("/api/v1/me");
console.log(`missing token: ${missing.error?.error.code}`);

const email = process.env.ADRAA_EMAIL!;
// sample: requestSignInCode
const requested = await inbox.POST("/api/v1/sign-in-codes", { body: { email } });
if (requested.error) throw new Error(requested.error.error.code);
// end
console.log("sign-in code: sent");
const input = createInterface({ input: process.stdin });
const code = await input.question("");
input.close();

// sample: signIn
const signedIn = await inbox.POST("/api/v1/session", {
  body: { email, code, credential: "bearer" },
});
if (signedIn.error) throw new Error(signedIn.error.error.code);
const admin = createClient<paths>({
  baseUrl,
  headers: { Authorization: `Bearer ${signedIn.data.secret}` },
});
// end

// sample: getSession
const current = await admin.GET("/api/v1/session");
if (current.error) throw new Error(current.error.error.code);
const { agent, workspaces } = current.data.session;
// end
const [workspace] = workspaces;
console.log(`signed in: ${agent.nickname}, ${workspace.role} of ${workspace.name}`);
const workspaceId = workspace.id;

// sample: createToken
const created = await admin.POST("/api/v1/workspaces/{workspaceId}/tokens", {
  params: { path: { workspaceId } },
  body: { name: "CRM integration" },
});
if (created.error) throw new Error(created.error.error.code);
const { token, secret } = created.data;
// end
console.log(`created: ${token.name} ${token.prefix} ${token.status}`);
const tokenId = token.id;

// sample: verifyToken
const verified = await inbox.GET("/api/v1/me", {
  headers: { Authorization: `Bearer ${secret}` },
});
if (verified.error) throw new Error(verified.error.error.code);
console.log(`verified: ${verified.data.company.name}, ${verified.data.token.name}`);
// end

const refused = await admin.POST("/api/v1/workspaces/{workspaceId}/tokens", {
  params: { path: { workspaceId } },
  body: { name: "   " },
});
const error = refused.error?.error;
console.log(`refused name: ${error?.code} ${error?.details?.[0].field}`);

for (const name of ["Order notifications", "Reports"]) {
  const another = await admin.POST("/api/v1/workspaces/{workspaceId}/tokens", {
    params: { path: { workspaceId } },
    body: { name },
  });
  if (another.error) throw new Error(another.error.error.code);
}

// sample: listTokens
const tokens = [];
let pages = 0;
let cursor: string | undefined;
do {
  const page = await admin.GET("/api/v1/workspaces/{workspaceId}/tokens", {
    params: { path: { workspaceId }, query: { limit: 2, cursor } },
  });
  if (page.error) throw new Error(page.error.error.code);
  tokens.push(...page.data.tokens);
  pages++;
  cursor = page.data.nextCursor;
} while (cursor !== undefined);
// end
console.log(`listed: ${tokens.length} tokens on ${pages} pages`);

// sample: getToken
const got = await admin.GET("/api/v1/workspaces/{workspaceId}/tokens/{tokenId}", {
  params: { path: { workspaceId, tokenId } },
});
if (got.error) throw new Error(got.error.error.code);
console.log(`got: ${got.data.token.name} ${got.data.token.status}`);
// end

// sample: revokeToken
const revoked = await admin.POST("/api/v1/workspaces/{workspaceId}/tokens/{tokenId}/revoke", {
  params: { path: { workspaceId, tokenId } },
});
if (revoked.error) throw new Error(revoked.error.error.code);
console.log(`revoked: ${revoked.data.token.name} ${revoked.data.token.status}`);
// end

const revokedToken = await inbox.GET("/api/v1/me", {
  headers: { Authorization: `Bearer ${secret}` },
});
console.log(`revoked token: ${revokedToken.error?.error.code}`);

// sample: signOut
const signedOut = await admin.DELETE("/api/v1/session");
if (signedOut.error) throw new Error(signedOut.error.error.code);
// end
console.log("signed out");

const withoutSession = await admin.GET("/api/v1/session");
console.log(`without session: ${withoutSession.error?.error.code}`);
