// The whole life of a token.
import { createInterface } from "node:readline/promises";
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
  type ErrorResponse,
} from "./generated/adraa-inbox.js";

const email = process.env.ADRAA_EMAIL!;

function failure({ error }: ErrorResponse): Error {
  return new Error(`${error.code}: ${error.message}`);
}

const missing = await verifyToken();
if (missing.status === 200) throw new Error("not refused");
console.log(`missing token: ${missing.data.error.code}`);

const requested = await requestSignInCode({ email });
if (requested.status !== 202) throw failure(requested.data);
console.log("sign-in code: sent");
const input = createInterface({ input: process.stdin });
const code = await input.question("");
input.close();

const signedIn = await signIn({ email, code });
if (signedIn.status !== 201) throw failure(signedIn.data);
const [cookie] = signedIn.headers.getSetCookie()[0].split(";");
const asAdmin = { headers: { Cookie: cookie } };

const current = await getSession(asAdmin);
if (current.status !== 200) throw failure(current.data);
const { agent, workspaces } = current.data.session;
const [workspace] = workspaces;
console.log(`signed in: ${agent.nickname}, ${workspace.role} of ${workspace.name}`);
const workspaceId = workspace.id;

const created = await createToken(workspaceId, { name: "CRM integration" }, asAdmin);
if (created.status !== 201) throw failure(created.data);
const { token, secret } = created.data;
console.log(`created: ${token.name} ${token.prefix} ${token.status}`);

const withToken = { headers: { Authorization: `Bearer ${secret}` } };
const verified = await verifyToken(withToken);
if (verified.status !== 200) throw failure(verified.data);
console.log(`verified: ${verified.data.company.name}, ${verified.data.token.name}`);

const refused = await createToken(workspaceId, { name: "   " }, asAdmin);
if (refused.status === 201) throw new Error("not refused");
const { error } = refused.data;
console.log(`refused name: ${error.code} ${error.details?.[0].field}`);

for (const name of ["Order notifications", "Reports"]) {
  const another = await createToken(workspaceId, { name }, asAdmin);
  if (another.status !== 201) throw failure(another.data);
}

let tokens = 0;
let pages = 0;
let cursor: string | undefined;
do {
  const page = await listTokens(workspaceId, { limit: 2, cursor }, asAdmin);
  if (page.status !== 200) throw failure(page.data);
  tokens += page.data.tokens.length;
  pages++;
  cursor = page.data.nextCursor;
} while (cursor !== undefined);
console.log(`listed: ${tokens} tokens on ${pages} pages`);

const got = await getToken(workspaceId, token.id, asAdmin);
if (got.status !== 200) throw failure(got.data);
console.log(`got: ${got.data.token.name} ${got.data.token.status}`);

const revoked = await revokeToken(workspaceId, token.id, asAdmin);
if (revoked.status !== 200) throw failure(revoked.data);
console.log(`revoked: ${revoked.data.token.name} ${revoked.data.token.status}`);
const revokedToken = await verifyToken(withToken);
if (revokedToken.status === 200) throw new Error("not refused");
console.log(`revoked token: ${revokedToken.data.error.code}`);

const signedOut = await signOut(asAdmin);
if (signedOut.status !== 204) throw failure(signedOut.data);
console.log("signed out");
const withoutSession = await getSession(asAdmin);
if (withoutSession.status === 200) throw new Error("not refused");
console.log(`without session: ${withoutSession.data.error.code}`);
