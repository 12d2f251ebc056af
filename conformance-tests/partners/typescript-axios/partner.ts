// The whole life of a token.
import { createInterface } from "node:readline/promises";
import { isAxiosError } from "axios";
import {
  Configuration,
  SessionApi,
  SignInCodesApi,
  TokensApi,
  VerificationApi,
  type ErrorBody,
  type ErrorResponse,
} from "./generated/index.js";

const basePath = process.env.ADRAA_BASE_URL;
const email = process.env.ADRAA_EMAIL!;
const anonymous = new Configuration({ basePath });

/** Why the server refuses the call. */
async function refusal(call: Promise<unknown>): Promise<ErrorBody> {
  try {
    await call;
  } catch (e) {
    if (isAxiosError<ErrorResponse>(e) && e.response) return e.response.data.error;
    throw e;
  }
  throw new Error("not refused");
}

const missing = await refusal(new VerificationApi(anonymous).verifyToken());
console.log(`missing token: ${missing.code}`);

await new SignInCodesApi(anonymous).requestSignInCode({ email });
console.log("sign-in code: sent");
const input = createInterface({ input: process.stdin });
const code = await input.question("");
input.close();

const signedIn = await new SessionApi(anonymous).signIn({ email, code });
const [cookie] = signedIn.headers["set-cookie"]![0].split(";");
const asAdmin = new Configuration({ basePath, baseOptions: { headers: { Cookie: cookie } } });
const sessions = new SessionApi(asAdmin);
const tokens = new TokensApi(asAdmin);

const { session } = (await sessions.getSession()).data;
const [workspace] = session.workspaces;
console.log(`signed in: ${session.agent.nickname}, ${workspace.role} of ${workspace.name}`);
const workspaceId = workspace.id;

const created = await tokens.createToken(workspaceId, { name: "CRM integration" });
const { token, secret } = created.data;
console.log(`created: ${token.name} ${token.prefix} ${token.status}`);
const tokenId = token.id;

const withToken = new VerificationApi(new Configuration({ basePath, accessToken: secret }));
const verified = (await withToken.verifyToken()).data;
console.log(`verified: ${verified.company.name}, ${verified.token.name}`);

const refused = await refusal(tokens.createToken(workspaceId, { name: "   " }));
console.log(`refused name: ${refused.code} ${refused.details?.[0].field}`);

for (const name of ["Order notifications", "Reports"]) {
  await tokens.createToken(workspaceId, { name });
}

let count = 0;
let pages = 0;
let cursor: string | undefined;
do {
  const page = (await tokens.listTokens(workspaceId, undefined, 2, cursor)).data;
  count += page.tokens.length;
  pages++;
  cursor = page.nextCursor;
} while (cursor !== undefined);
console.log(`listed: ${count} tokens on ${pages} pages`);

const got = (await tokens.getToken(workspaceId, tokenId)).data;
console.log(`got: ${got.token.name} ${got.token.status}`);

const revoked = (await tokens.revokeToken(workspaceId, tokenId)).data;
console.log(`revoked: ${revoked.token.name} ${revoked.token.status}`);
console.log(`revoked token: ${(await refusal(withToken.verifyToken())).code}`);

await sessions.signOut();
console.log("signed out");
console.log(`without session: ${(await refusal(sessions.getSession())).code}`);
