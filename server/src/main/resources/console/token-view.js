// Parts that show a token: its status, its use and links to it.

import { element, nameOf } from './dom.js';
import { inDays, isWithinHours, time } from './times.js';

export const UNUSED_DAYS = 90;
const EXPIRES_SOON_DAYS = 14;
const IN_USE_HOURS = 24;
const STATUSES = { active: 'Active', revoked: 'Revoked', expired: 'Expired' };
// Why a token was revoked, if no agent did it.
const REASONS = { leaked: 'reported as leaked', self: 'with its own secret' };

/** Returns a token's name as a link to its page. */
export function tokenLink(page, token) {
  return element('a', { href: page.paths.token(token.id), class: 'token-link' }, nameOf(token));
}

/** Returns the name of the agent who did something. */
export function by(actor) {
  return element('span', {}, 'by ', element('span', { dir: 'auto' }, actor.nickname));
}

/** Returns a token's status as a badge. */
export function statusBadge({ status }) {
  return element(
    'span',
    { class: status === 'active' ? 'badge badge-active' : 'badge' },
    STATUSES[status] ?? status,
  );
}

/** Returns when and why a token became or becomes unusable, or undefined. */
export function statusDetail(token) {
  if (token.status === 'revoked') {
    const reason = REASONS[token.revokedReason];
    const cause = token.revokedBy ? [' ', by(token.revokedBy)] : reason ? [`, ${reason}`] : [];
    return element('span', {}, time(token.revokedAt), ...cause);
  }
  if (!token.expiresAt) {
    return undefined;
  }
  if (token.status !== 'active') {
    return time(token.expiresAt);
  }
  const soon = new Date(token.expiresAt) < inDays(EXPIRES_SOON_DAYS);
  return element('span', { class: soon ? 'soon' : undefined }, 'Expires ', time(token.expiresAt));
}

/** Returns whether a system probably still uses the token: it did within the last 24 hours. */
export function isInUse(token) {
  return Boolean(token.lastUsedAt) && isWithinHours(token.lastUsedAt, IN_USE_HOURS);
}

/** Returns a mark for an active token that nobody uses, or undefined. */
export function unusedMark(token) {
  if (token.status !== 'active') {
    return undefined;
  }
  if (!token.lastUsedAt) {
    return element('span', { class: 'badge' }, 'Never used');
  }
  return isWithinHours(token.lastUsedAt, UNUSED_DAYS * 24)
    ? undefined
    : element('span', { class: 'badge badge-unused' }, `Unused for ${UNUSED_DAYS} days`);
}
