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

let leakedSecret = "";
for (const name of ["Order notifications", "Reports"]) {
  const another = await admin.POST("/api/v1/workspaces/{workspaceId}/tokens", {
    params: { path: { workspaceId } },
    body: { name },
  });
  if (another.error) throw new Error(another.error.error.code);
  leakedSecret = another.data.secret;
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

if (process.env.ADRAA_API_VERSION !== "1.0") {
  // sample: updateToken
  const changed = await admin.PATCH("/api/v1/workspaces/{workspaceId}/tokens/{tokenId}", {
    params: { path: { workspaceId, tokenId } },
    body: { name: "CRM integration (EU)" },
  });
  if (changed.error) throw new Error(changed.error.error.code);
  console.log(`changed: ${changed.data.token.name}`);
  // end

  // sample: getTokenUsage
  const used = await admin.GET("/api/v1/workspaces/{workspaceId}/tokens/{tokenId}/usage", {
    params: { path: { workspaceId, tokenId }, query: { days: 7 } },
  });
  if (used.error) throw new Error(used.error.error.code);
  console.log(`usage: ${used.data.usage.days.length} days`);
  // end

  // sample: replaceToken
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const replaced = await admin.POST("/api/v1/workspaces/{workspaceId}/tokens/{tokenId}/replace", {
    params: { path: { workspaceId, tokenId } },
    body: {
      description: "Stored in the vault",
      expiresAt: inDays(365),
      oldExpiresAt: inDays(7),
    },
  });
  if (replaced.error) throw new Error(replaced.error.error.code);
  const { token, secret } = replaced.data;
  // end
  console.log(`replaced: ${token.name} ${token.replaces}`);

  const headers = { Authorization: `Bearer ${secret}` };
  const verified = await inbox.GET("/api/v1/me", { headers });
  console.log(`verified: ${verified.data?.company.name}, ${verified.data?.token.name}`);

  // sample: revokeOwnToken
  const revoked = await inbox.POST("/api/v1/me/revoke", {
    headers: { Authorization: `Bearer ${secret}` },
  });
  if (revoked.error) throw new Error(revoked.error.error.code);
  // end
  const revokedItself = await inbox.GET("/api/v1/me", { headers });
  console.log(`revoked itself: ${revokedItself.error?.error.code}`);

  // sample: listAuditEvents
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const audit = await admin.GET("/api/v1/workspaces/{workspaceId}/audit-events", {
    params: { path: { workspaceId }, query: { since, limit: 1 } },
  });
  if (audit.error) throw new Error(audit.error.error.code);
  console.log(`last event: ${audit.data.events[0].action}`);
  // end

  // sample: reportLeakedTokens
  const reported = await inbox.POST("/api/v1/leaked-tokens", {
    body: {
      tokens: [{ secret: leakedSecret, url: "https://git.example/acme/shop/blob/main/.env" }],
    },
  });
  if (reported.error) throw new Error(reported.error.error.code);
  // end
  const leaked = await inbox.GET("/api/v1/me", {
    headers: { Authorization: `Bearer ${leakedSecret}` },
  });
  console.log(`reported: ${leaked.error?.error.code}`);
}

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
