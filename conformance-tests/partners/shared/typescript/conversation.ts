// The whole life of a token, with a client of any generator.
import { createInterface } from "node:readline/promises";

interface Named {
  name: string;
}

interface Session {
  agent: { nickname: string };
  workspaces: { id: string; name: string; role: string }[];
}

interface ApiToken {
  id: string;
  name: string;
  prefix: string;
  status: string;
  replaces?: string;
}

/** Times as the generated types have them: text or Date. */
export type Time = any;

export interface ErrorResponse {
  error: { code: string; details?: { field: string }[] };
}

/** The API's operations. Where a call is refused, the promise is rejected. */
export interface Client {
  verifyToken(): Promise<{ company: Named; token: Named }>;
  requestSignInCode(request: { email: string }): Promise<unknown>;
  signIn(attempt: { email: string; code: string; credential: "bearer" }): Promise<{ secret?: string }>;
  getSession(): Promise<{ session: Session }>;
  signOut(): Promise<unknown>;
  createToken(workspaceId: string, newToken: Named): Promise<{ token: ApiToken; secret: string }>;
  listTokens(
    workspaceId: string,
    query: { limit: number; cursor?: string },
  ): Promise<{ tokens: ApiToken[]; nextCursor?: string }>;
  getToken(workspaceId: string, tokenId: string): Promise<{ token: ApiToken }>;
  revokeToken(workspaceId: string, tokenId: string): Promise<{ token: ApiToken }>;
  updateToken(workspaceId: string, tokenId: string, changes: Named): Promise<{ token: ApiToken }>;
  getTokenUsage(
    workspaceId: string,
    tokenId: string,
    query: { days: number },
  ): Promise<{ usage: { days: unknown[] } }>;
  replaceToken(
    workspaceId: string,
    tokenId: string,
    replacement: { description: string; expiresAt: Time; oldExpiresAt: Time },
  ): Promise<{ token: ApiToken; secret: string }>;
  revokeOwnToken(): Promise<unknown>;
  listAuditEvents(
    workspaceId: string,
    query: { since: string; limit: number },
  ): Promise<{ events: { action: string }[] }>;
  reportLeakedTokens(report: { tokens: { secret: string; url: string }[] }): Promise<unknown>;
}

/** What a partner's own file has to say about its generator. */
export interface Generator {
  connect(baseUrl: string, secret?: string): Client;
  /** The error response of a refused call. */
  refusal(failure: unknown): ErrorResponse | undefined | Promise<ErrorResponse | undefined>;
  /** True if the generated types have times as Date, not as text. */
  hasDates?: boolean;
}

export async function converse({ connect, refusal, hasDates }: Generator): Promise<void> {
  const baseUrl = process.env.ADRAA_BASE_URL!;
  const email = process.env.ADRAA_EMAIL!;

  async function refused(call: Promise<unknown>): Promise<ErrorResponse["error"]> {
    try {
      await call;
    } catch (failure) {
      const response = await refusal(failure);
      if (response) return response.error;
      throw failure;
    }
    throw new Error("not refused");
  }

  function time(daysFromNow: number): Time {
    const time = new Date(Date.now() + daysFromNow * 86_400_000);
    return hasDates ? time : time.toISOString();
  }

  const anonymous = connect(baseUrl);
  console.log(`missing token: ${(await refused(anonymous.verifyToken())).code}`);

  await anonymous.requestSignInCode({ email });
  console.log("sign-in code: sent");
  const input = createInterface({ input: process.stdin });
  const code = await input.question("");
  input.close();

  const signedIn = await anonymous.signIn({ email, code, credential: "bearer" });
  const admin = connect(baseUrl, signedIn.secret!);
  const { session } = await admin.getSession();
  const [workspace] = session.workspaces;
  console.log(`signed in: ${session.agent.nickname}, ${workspace.role} of ${workspace.name}`);
  const workspaceId = workspace.id;

  const { token, secret } = await admin.createToken(workspaceId, { name: "CRM integration" });
  console.log(`created: ${token.name} ${token.prefix} ${token.status}`);

  const integration = connect(baseUrl, secret);
  const verified = await integration.verifyToken();
  console.log(`verified: ${verified.company.name}, ${verified.token.name}`);

  const invalid = await refused(admin.createToken(workspaceId, { name: "   " }));
  console.log(`refused name: ${invalid.code} ${invalid.details?.[0].field}`);

  const leaked = await admin.createToken(workspaceId, { name: "Order notifications" });
  await admin.createToken(workspaceId, { name: "Reports" });
  let count = 0;
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page = await admin.listTokens(workspaceId, { limit: 2, cursor });
    count += page.tokens.length;
    pages++;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  console.log(`listed: ${count} tokens on ${pages} pages`);

  const got = await admin.getToken(workspaceId, token.id);
  console.log(`got: ${got.token.name} ${got.token.status}`);

  if (process.env.ADRAA_API_VERSION !== "1.0") {
    const changes = { name: "CRM integration (EU)" };
    const changed = await admin.updateToken(workspaceId, token.id, changes);
    console.log(`changed: ${changed.token.name}`);

    const { usage } = await admin.getTokenUsage(workspaceId, token.id, { days: 7 });
    console.log(`usage: ${usage.days.length} days`);

    const replaced = await admin.replaceToken(workspaceId, token.id, {
      description: "Stored in the vault",
      expiresAt: time(365),
      oldExpiresAt: time(7),
    });
    console.log(`replaced: ${replaced.token.name} ${replaced.token.replaces}`);

    const renewed = connect(baseUrl, replaced.secret);
    const renewal = await renewed.verifyToken();
    console.log(`verified: ${renewal.company.name}, ${renewal.token.name}`);
    await renewed.revokeOwnToken();
    console.log(`revoked itself: ${(await refused(renewed.verifyToken())).code}`);

    const since = new Date(Date.now() - 3_600_000).toISOString();
    const audit = await admin.listAuditEvents(workspaceId, { since, limit: 1 });
    console.log(`last event: ${audit.events[0].action}`);

    const url = "https://git.example/acme/shop/blob/main/.env";
    await anonymous.reportLeakedTokens({ tokens: [{ secret: leaked.secret, url }] });
    const reported = connect(baseUrl, leaked.secret);
    console.log(`reported: ${(await refused(reported.verifyToken())).code}`);
  }

  const revoked = await admin.revokeToken(workspaceId, token.id);
  console.log(`revoked: ${revoked.token.name} ${revoked.token.status}`);
  console.log(`revoked token: ${(await refused(integration.verifyToken())).code}`);

  await admin.signOut();
  console.log("signed out");
  console.log(`without session: ${(await refused(admin.getSession())).code}`);
}
