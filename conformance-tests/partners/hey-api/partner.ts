// The whole life of a token.
import { createInterface } from "node:readline/promises";
import { createClient } from "./generated/client/index.js";
import {
  createToken,
  getSession,
  getToken,
  listTokens,
  requestSignInCode,
  revokeToken,
  signIn,
  signOut,
  verifyToken,
} from "./generated/index.js";

const baseUrl = process.env.ADRAA_BASE_URL;
const email = process.env.ADRAA_EMAIL!;
const anonymous = createClient({ baseUrl });

const missing = await verifyToken({ client: anonymous });
console.log(`missing token: ${missing.error?.error.code}`);

await requestSignInCode({ client: anonymous, body: { email }, throwOnError: true });
console.log("sign-in code: sent");
const input = createInterface({ input: process.stdin });
const code = await input.question("");
input.close();

const signedIn = await signIn({ client: anonymous, body: { email, code }, throwOnError: true });
const [, session] = /^adraa_session=([^;]*)/.exec(signedIn.response.headers.getSetCookie()[0])!;
const admin = createClient({ baseUrl, auth: session });

const current = await getSession({ client: admin, throwOnError: true });
const { agent, workspaces } = current.data.session;
const [workspace] = workspaces;
console.log(`signed in: ${agent.nickname}, ${workspace.role} of ${workspace.name}`);
const path = { workspaceId: workspace.id };

const created = await createToken({
  client: admin,
  path,
  body: { name: "CRM integration" },
  throwOnError: true,
});
const { token, secret } = created.data;
console.log(`created: ${token.name} ${token.prefix} ${token.status}`);
const tokenPath = { ...path, tokenId: token.id };

const crm = createClient({ baseUrl, auth: secret });
const verified = await verifyToken({ client: crm, throwOnError: true });
console.log(`verified: ${verified.data.company.name}, ${verified.data.token.name}`);

const refused = await createToken({ client: admin, path, body: { name: "   " } });
const error = refused.error?.error;
console.log(`refused name: ${error?.code} ${error?.details?.[0].field}`);

for (const name of ["Order notifications", "Reports"]) {
  await createToken({ client: admin, path, body: { name }, throwOnError: true });
}

let tokens = 0;
let pages = 0;
let cursor: string | undefined;
do {
  const query = { limit: 2, cursor };
  const page = await listTokens({ client: admin, path, query, throwOnError: true });
  tokens += page.data.tokens.length;
  pages++;
  cursor = page.data.nextCursor;
} while (cursor !== undefined);
console.log(`listed: ${tokens} tokens on ${pages} pages`);

const got = await getToken({ client: admin, path: tokenPath, throwOnError: true });
console.log(`got: ${got.data.token.name} ${got.data.token.status}`);

const revoked = await revokeToken({ client: admin, path: tokenPath, throwOnError: true });
console.log(`revoked: ${revoked.data.token.name} ${revoked.data.token.status}`);
const revokedToken = await verifyToken({ client: crm });
console.log(`revoked token: ${revokedToken.error?.error.code}`);

await signOut({ client: admin, throwOnError: true });
console.log("signed out");
const withoutSession = await getSession({ client: admin });
console.log(`without session: ${withoutSession.error?.error.code}`);
