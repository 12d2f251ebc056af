// One function for each operation of the contract that the console uses. A test compares the paths
// and types with the contract.

/**
 * @typedef {object} Session
 * @property {SignedInAgent} agent
 * @property {WorkspaceMembership[]} workspaces
 * @property {string} expiresAt
 */
/**
 * @typedef {object} SignedInAgent
 * @property {string} id
 * @property {string} email
 * @property {string} nickname
 */
/**
 * @typedef {object} WorkspaceMembership
 * @property {string} id
 * @property {string} name
 * @property {string} role
 */
/**
 * @typedef {object} ApiToken
 * @property {string} id
 * @property {string} name
 * @property {string} prefix
 * @property {string} status
 * @property {string} createdAt
 * @property {Actor} createdBy
 * @property {string} [lastUsedAt]
 * @property {string} [revokedAt]
 * @property {Actor} [revokedBy]
 * @property {string} [revokedReason]
 * @property {string} [description]
 * @property {string} [expiresAt]
 * @property {string} [replaces]
 * @property {string} [replacedBy]
 * @property {string} [lastUsedFrom]
 */
/**
 * @typedef {object} Actor
 * @property {string} id
 * @property {string} nickname
 */
/**
 * @typedef {object} TokenList
 * @property {ApiToken[]} tokens
 * @property {string} [nextCursor]
 * @property {number} [total]
 * @property {boolean} [totalIsCapped]
 */
/**
 * @typedef {object} CreatedToken
 * @property {ApiToken} token
 * @property {string} secret
 */
/**
 * @typedef {object} NewToken
 * @property {string} name
 * @property {string} [description]
 * @property {string} [expiresAt]
 */
/**
 * @typedef {object} TokenChanges
 * @property {string} [name]
 * @property {string} [description]
 * @property {string} [expiresAt]
 * @property {boolean} [neverExpires]
 */
/**
 * @typedef {object} Replacement
 * @property {string} [name]
 * @property {string} [description]
 * @property {string} [expiresAt]
 * @property {string} [oldExpiresAt]
 */
/**
 * @typedef {object} TokenUsage
 * @property {DailyRequests[]} days
 * @property {UsedAddress[]} addresses
 */
/**
 * @typedef {object} DailyRequests
 * @property {string} date
 * @property {number} requests
 */
/**
 * @typedef {object} UsedAddress
 * @property {string} address
 * @property {string} lastUsedAt
 */
/**
 * @typedef {object} AuditEventList
 * @property {AuditEvent[]} events
 * @property {string} [nextCursor]
 */
/**
 * @typedef {object} AuditEvent
 * @property {string} occurredAt
 * @property {string} action
 * @property {string} channel
 * @property {string} [agentId]
 * @property {string} [by]
 * @property {string} [address]
 * @property {string} [requestId]
 * @property {string} [tokenId]
 * @property {string} [memberId]
 * @property {string} [member]
 * @property {string} [detail]
 */
/**
 * @typedef {object} ErrorBody
 * @property {string} code
 * @property {string} message
 * @property {ErrorDetail[]} [details]
 */
/**
 * @typedef {object} ErrorDetail
 * @property {string} field
 * @property {string} message
 */

const TIMEOUT_MILLIS = 30_000;

// How far the server's clock is ahead of the browser's, which may be wrong by days.
let aheadMillis = 0;

/** Returns the server's time in milliseconds, to the second, by its last response. */
export function now() {
  return Date.now() + aheadMillis;
}

/** Thrown when an operation fails. The status is 0 if no response arrived. */
export class ApiFailure extends Error {
  /**
   * @param {string} message
   * @param {{status?: number, error?: ErrorBody, requestId?: string, retryAfter?: number}} [answer]
   */
  constructor(message, { status = 0, error, requestId, retryAfter } = {}) {
    super(message);
    this.status = status;
    this.code = error?.code ?? '';
    this.details = error?.details ?? [];
    this.requestId = requestId;
    this.retryAfter = retryAfter;
  }

  get isNetwork() {
    return this.status === 0;
  }

  /** True if the session has ended. */
  get isSignedOut() {
    return this.code === 'MISSING_SESSION' || this.code === 'INVALID_SESSION';
  }
}

/** @returns {Promise<void>} */
export async function requestSignInCode(email) {
  await call('requestSignInCode', 'POST', '/api/v1/sign-in-codes', { body: { email } });
}

/** @returns {Promise<Session>} */
export async function signIn(email, code) {
  const answer = await call('signIn', 'POST', '/api/v1/session', { body: { email, code } });
  return answer.session;
}

/** @returns {Promise<Session>} */
export async function getSession() {
  return (await call('getSession', 'GET', '/api/v1/session')).session;
}

/** @returns {Promise<void>} */
export async function signOut() {
  await call('signOut', 'DELETE', '/api/v1/session');
}

/**
 * @param {string} workspaceId
 * @param {{status?: string, query?: string, unusedSince?: string, sort?: string, limit?: number, cursor?: string}} query
 * @param {AbortSignal} [signal]
 * @returns {Promise<TokenList>}
 */
export async function listTokens(workspaceId, query, signal) {
  return call('listTokens', 'GET', '/api/v1/workspaces/{workspaceId}/tokens', {
    parameters: { workspaceId },
    query,
    signal,
  });
}

/**
 * @param {string} workspaceId
 * @param {NewToken} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<CreatedToken>}
 */
export async function createToken(workspaceId, body, signal) {
  return call('createToken', 'POST', '/api/v1/workspaces/{workspaceId}/tokens', {
    parameters: { workspaceId },
    body,
    signal,
  });
}

/** @returns {Promise<ApiToken>} */
export async function getToken(workspaceId, tokenId, signal) {
  const answer = await call('getToken', 'GET', '/api/v1/workspaces/{workspaceId}/tokens/{tokenId}', {
    parameters: { workspaceId, tokenId },
    signal,
  });
  return answer.token;
}

/**
 * @param {string} workspaceId
 * @param {string} tokenId
 * @param {TokenChanges} body
 * @returns {Promise<ApiToken>}
 */
export async function updateToken(workspaceId, tokenId, body) {
  const path = '/api/v1/workspaces/{workspaceId}/tokens/{tokenId}';
  const answer = await call('updateToken', 'PATCH', path, { parameters: { workspaceId, tokenId }, body });
  return answer.token;
}

/**
 * @param {string} workspaceId
 * @param {string} tokenId
 * @param {Replacement} body
 * @returns {Promise<CreatedToken>}
 */
export async function replaceToken(workspaceId, tokenId, body) {
  const path = '/api/v1/workspaces/{workspaceId}/tokens/{tokenId}/replace';
  return call('replaceToken', 'POST', path, { parameters: { workspaceId, tokenId }, body });
}

/** @returns {Promise<ApiToken>} */
export async function revokeToken(workspaceId, tokenId) {
  const path = '/api/v1/workspaces/{workspaceId}/tokens/{tokenId}/revoke';
  const answer = await call('revokeToken', 'POST', path, { parameters: { workspaceId, tokenId } });
  return answer.token;
}

/** @returns {Promise<TokenUsage>} */
export async function getTokenUsage(workspaceId, tokenId, days, signal) {
  const path = '/api/v1/workspaces/{workspaceId}/tokens/{tokenId}/usage';
  const parameters = { workspaceId, tokenId };
  return (await call('getTokenUsage', 'GET', path, { parameters, query: { days }, signal })).usage;
}

/**
 * @param {string} workspaceId
 * @param {{action?: string, tokenId?: string, agentId?: string, since?: string, until?: string, limit?: number, cursor?: string}} query
 * @param {AbortSignal} [signal]
 * @returns {Promise<AuditEventList>}
 */
export async function listAuditEvents(workspaceId, query, signal) {
  return call('listAuditEvents', 'GET', '/api/v1/workspaces/{workspaceId}/audit-events', {
    parameters: { workspaceId },
    query,
    signal,
  });
}

async function call(operation, method, path, { parameters = {}, query = {}, body, signal } = {}) {
  const url = new URL(
    path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parameters[name])),
    location.origin,
  );
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') {
      url.searchParams.set(name, value);
    }
  }
  const timeout = AbortSignal.timeout(TIMEOUT_MILLIS);
  let response;
  let text;
  try {
    response = await fetch(url, {
      method,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const sent = Date.parse(response.headers.get('Date') ?? '');
    if (!Number.isNaN(sent)) {
      aheadMillis = sent - Date.now();
    }
    text = await response.text();
  } catch (cause) {
    if (signal?.aborted) {
      throw cause; // The caller has cancelled the request.
    }
    throw new ApiFailure(`${operation}: no response`);
  }
  let answer;
  try {
    answer = text ? JSON.parse(text) : undefined;
  } catch {
    // Not JSON, so not from the server but, for example, from a proxy. The status has to do.
  }
  if (response.ok && (answer !== undefined || response.status === 202 || response.status === 204)) {
    return answer;
  }
  throw new ApiFailure(`${operation}: ${response.status}`, {
    // A success without content did not come from the server, so it is like no response.
    status: response.ok ? 0 : response.status,
    error: answer?.error,
    requestId: response.headers.get('X-Request-Id') ?? undefined,
    retryAfter: Number(response.headers.get('Retry-After')) || undefined,
  });
}
