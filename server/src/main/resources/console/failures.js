// Shows failures where they happen: what went wrong and what the user can do.

import { element, icon, setText } from './dom.js';

// The fields of requests whose names are not words.
const FIELDS = { expiresAt: 'expiry', oldExpiresAt: 'expiry of the old token' };

/** Returns the text that explains a failure to the user. */
export function words(failure) {
  if (failure.isNetwork) {
    return navigator.onLine
      ? 'The server did not respond. Check your connection, then try again.'
      : 'You are offline. Check your connection, then try again.';
  }
  if (failure.isSignedOut) {
    return 'Your session has ended.';
  }
  switch (failure.code) {
    case 'RATE_LIMIT_EXCEEDED':
      return 'Too many requests came from your network.';
    case 'SERVICE_UNAVAILABLE':
      return 'The server is temporarily unavailable.';
    case 'ADMIN_REQUIRED':
      return 'Only workspace admins can manage API tokens and view the activity.';
    case 'WORKSPACE_NOT_FOUND':
      return 'This workspace no longer exists, or you are no longer a member of it.';
    case 'TOKEN_NOT_FOUND':
      return 'This token does not exist in this workspace.';
    case 'TOKEN_NOT_ACTIVE':
      return 'The token was revoked or has since expired, so it cannot be changed.';
    case 'TOKEN_ALREADY_REPLACED':
      return 'The token already has a replacement that is not revoked.';
    case 'VALIDATION_ERROR':
      return failure.details.map((detail) => sentence(detail.field, detail.message)).join(' ');
    default:
      return failure.status >= 500
        ? 'Something went wrong on our side. Try again in a moment.'
        : `The server rejected the request (${failure.code || failure.status}).`;
  }
}

/** `name`, `must be 1 to 100 characters long` → `Name must be 1 to 100 characters long.` */
export function sentence(fieldName, message) {
  const text = `${FIELDS[fieldName] ?? fieldName} ${message}`;
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/**
 * Returns a notice of the failure, with a button to try again. If the server says how long to wait,
 * the button counts down; `onWait(true)` is called at the start of the wait and `onWait(false)` at
 * its end.
 */
export function notice(failure, { retry, retryLabel = 'Try again', extra, onWait } = {}) {
  const words_ = element('p', { role: 'alert' }, words(failure), extra ? ` ${extra}` : undefined);
  const root = element(
    'div',
    { class: 'notice notice-error' },
    icon('alert'),
    element('div', { class: 'notice-text' }, words_, requestId(failure)),
  );
  const wait = failure.status === 429 || failure.status === 503 ? (failure.retryAfter ?? 0) : 0;
  if (wait > 0) {
    words_.append(` Wait ${wait} ${wait === 1 ? 'second' : 'seconds'}.`);
  }
  if (retry) {
    const button = element(
      'button',
      { type: 'button', class: 'button button-small', onclick: () => retry() },
      retryLabel,
    );
    root.append(button);
    if (wait > 0) {
      countDown(button, wait, (seconds) => `${retryLabel} in ${seconds} s`, retryLabel, onWait);
    }
  }
  return root;
}

/** Disables the button for some seconds and shows the seconds that are left. */
export function countDown(button, seconds, labelFor, label, onWait) {
  const end = Date.now() + seconds * 1000;
  button.disabled = true;
  onWait?.(true);
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) {
      setText(button, labelFor(left));
      return;
    }
    clearInterval(timer);
    button.textContent = label;
    button.disabled = false;
    onWait?.(false);
  };
  const timer = setInterval(tick, 250);
  tick();
}

function requestId(failure) {
  return failure.status >= 500 && failure.requestId
    ? element(
        'p',
        { class: 'request-id' },
        'Request id for support: ',
        element('code', {}, failure.requestId),
      )
    : undefined;
}
