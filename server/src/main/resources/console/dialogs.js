// The dialogs that create a token, show its secret once, and revoke a token.

import * as api from './api.js';
import { element, icon } from './dom.js';
import { words } from './failures.js';
import { field, onSubmit } from './forms.js';
import { isRecent, time } from './times.js';

const NAME_MAX = 100;

/** @type {Set<{close: () => void, holdsSecret: boolean}>} */
const openDialogs = new Set();

/** Closes every dialog, except one with a secret that the user has not stored yet. */
export function closeDialogs() {
  for (const dialog of openDialogs) {
    if (!dialog.holdsSecret) {
      dialog.close();
    }
  }
}

export function isDialogOpen() {
  return openDialogs.size > 0;
}

/**
 * Creates a modal dialog. Escape and the system's back gesture close it only if `mayClose()` is
 * true, a click outside it only if `mayClose('outside')` is true.
 */
function openDialog({ mayClose, onClose, focusAfter, wide = false }) {
  let closed = false;
  const node = element('dialog', {
    class: wide ? 'dialog dialog-wide' : 'dialog',
    'aria-labelledby': 'dialog-title',
    closedby: 'none',
  });
  const handle = { node, close, holdsSecret: false };
  function close() {
    if (!closed) {
      closed = true;
      openDialogs.delete(handle);
      onClose?.();
      node.close();
      node.replaceChildren();
      node.remove();
      if (document.activeElement === document.body) {
        focusAfter?.()?.focus();
      }
    }
  }
  const attempt = (event) => {
    event.preventDefault();
    if (mayClose()) {
      close();
    }
  };
  node.addEventListener('cancel', attempt);
  node.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      attempt(event);
    }
  });
  node.addEventListener('pointerdown', (event) => {
    const box = node.getBoundingClientRect();
    const outside =
      event.target === node &&
      (event.clientX < box.left ||
        event.clientX > box.right ||
        event.clientY < box.top ||
        event.clientY > box.bottom);
    if (outside && mayClose('outside')) {
      event.preventDefault();
      close();
    }
  });
  // Browsers close a dialog at the second Escape in a row even if the page prevents it.
  node.addEventListener('close', () => {
    if (!closed) {
      node.showModal();
    }
  });
  openDialogs.add(handle);
  return {
    handle,
    close,
    show(...children) {
      node.replaceChildren(...children);
      if (!node.open) {
        document.body.append(node);
        node.showModal();
      }
    },
  };
}

function title(text) {
  return element('h2', { id: 'dialog-title', tabindex: -1 }, text);
}

/**
 * Opens the dialog that asks for a name, creates the token and shows its secret once.
 *
 * @param {{
 *   workspaceId: string,
 *   name?: string,
 *   onCreated: (token: api.ApiToken) => void,
 *   focusAfter: (token: api.ApiToken) => HTMLElement | null,
 *   onUncertain: () => void,
 *   onSignedOut: (intent: object) => void,
 * }} options
 */
export function openCreateDialog({
  workspaceId,
  name = '',
  onCreated,
  focusAfter,
  onUncertain,
  onSignedOut,
}) {
  let creating = false;
  let uncertain = false;
  const dialog = openDialog({
    mayClose: (how) => !creating && how !== 'outside',
    onClose: () => uncertain && onUncertain(),
  });
  const count = element('span', { class: 'count', 'aria-hidden': 'true' });
  const input = field(
    'Name',
    {
      name: 'name',
      required: true,
      autocomplete: 'off',
      autofocus: true,
      value: name,
      placeholder: 'CRM integration',
    },
    'Name it after the system that will use it, for example “CRM integration” or “Order notifications”. Names make it clear what breaks when a token is revoked later.',
    count,
  );
  const showCount = () => {
    const length = [...input.input.value.trim()].length;
    count.textContent = length > NAME_MAX - 20 ? `${length} of ${NAME_MAX}` : '';
    count.classList.toggle('count-over', length > NAME_MAX);
  };
  input.input.addEventListener('input', showCount);
  showCount();
  const button = element('button', { class: 'button button-primary' }, 'Create token');
  const problem = element('div', { class: 'problem' });
  const form = element(
    'form',
    { class: 'stack', novalidate: true },
    input.root,
    problem,
    element(
      'div',
      { class: 'dialog-actions' },
      element('button', { type: 'button', class: 'button', onclick: () => !creating && dialog.close() }, 'Cancel'),
      button,
    ),
  );
  onSubmit(
    { form, button, problem, field: input },
    async () => {
      creating = true;
      try {
        const created = await api.createToken(workspaceId, input.input.value);
        uncertain = false;
        dialog.close();
        openSecretDialog(created, () => focusAfter(created.token));
        onCreated(created.token);
      } catch (failure) {
        uncertain ||= failure.isNetwork || failure.status >= 500;
        throw failure;
      } finally {
        creating = false;
      }
    },
    (failure) => {
      if (failure.isSignedOut) {
        return {
          extra: 'The name that you entered is kept.',
          retryLabel: 'Sign in again',
          retry: () => onSignedOut({ create: input.input.value }),
        };
      }
      return failure.isNetwork
        ? { extra: 'The token may have been created. If it is in the list, revoke it, because its secret is lost.' }
        : undefined;
    },
  );
  dialog.show(
    title('Create an API token'),
    element(
      'p',
      { class: 'lead' },
      'A token grants full access to this workspace: it can read and act on every conversation. Create one token per integration.',
    ),
    form,
  );
}

/**
 * Opens the dialog that shows a new token's secret. The secret cannot be shown again.
 *
 * @param {api.CreatedToken} created
 * @param {() => HTMLElement | null} focusAfter
 */
function openSecretDialog(created, focusAfter) {
  let { secret } = created;
  let stored = false;
  const needsStoring = element('p', { class: 'field-error', role: 'alert' });
  const sayStoring = () => {
    needsStoring.replaceChildren(
      icon('alert'),
      element('span', {}, 'Copy the token or confirm that you have stored it. It cannot be shown again.'),
    );
    needsStoring.scrollIntoView({ block: 'nearest' });
  };
  const setStored = (value) => {
    stored = value;
    dialog.handle.holdsSecret = !value;
    needsStoring.replaceChildren();
  };
  const mayClose = (how) => {
    if (!stored && how !== 'outside') {
      sayStoring();
    }
    return stored;
  };
  const warn = (event) => {
    if (!stored) {
      event.preventDefault();
    }
  };
  const dialog = openDialog({
    wide: true,
    mayClose,
    focusAfter,
    onClose: () => {
      secret = '';
      secretText.textContent = '';
      curlText.textContent = '';
      removeEventListener('beforeunload', warn);
      removeEventListener('pagehide', dialog.close);
    },
  });
  dialog.handle.holdsSecret = true;
  // The browser asks before it leaves the page. After that, the page no longer holds the secret.
  addEventListener('beforeunload', warn);
  addEventListener('pagehide', dialog.close);

  const command = `curl ${location.origin}/api/v1/me`;
  const header = () => `-H "Authorization: Bearer ${secret}"`;
  const secretText = element('code', { class: 'secret', translate: 'no' }, secret);
  const curlText = element(
    'code',
    { translate: 'no' },
    element('span', { class: 'curl-part' }, command),
    ' ',
    element('span', { class: 'curl-part' }, header()),
  );
  const checkbox = element('input', {
    type: 'checkbox',
    autocomplete: 'off',
    onchange: () => setStored(checkbox.checked || copied),
  });
  let copied = false;
  dialog.show(
    title('Your new token'),
    element(
      'p',
      { class: 'lead' },
      'The token for ',
      element('strong', { class: 'breakable', dir: 'auto' }, created.token.name),
      ' is ready.',
    ),
    element(
      'p',
      { class: 'notice notice-warning' },
      icon('alert'),
      element(
        'span',
        {},
        element('strong', {}, 'The token will not be shown again. '),
        'Copy it now and store it in your secret manager. After you close this dialog, only its prefix ',
        element('code', { class: 'nowrap' }, `${created.token.prefix}…`),
        ' remains visible.',
      ),
    ),
    copyBox('Token', secretText, () => secret, 'Copy token', () => {
      copied = true;
      setStored(true);
    }),
    copyBox('Verify it works', curlText, () => `${command} ${header()}`, 'Copy command'),
    element('label', { class: 'check' }, checkbox, 'I have stored the token in a safe place'),
    needsStoring,
    element(
      'div',
      { class: 'dialog-actions' },
      element(
        'button',
        { type: 'button', class: 'button button-primary', onclick: () => mayClose() && dialog.close() },
        'Done',
      ),
    ),
  );
  document.getElementById('dialog-title').focus();
}

/** Returns a text with a copy button that shows whether copying worked. */
function copyBox(label, text, read, buttonLabel, onCopied) {
  const said = element('span', { class: 'visually-hidden', role: 'status' });
  const failed = element('p', { class: 'field-error', role: 'alert' });
  const button = element('button', { type: 'button', class: 'button copy' }, icon('copy'), buttonLabel);
  let timer;
  button.addEventListener('click', async () => {
    failed.replaceChildren();
    if (await copy(read(), text)) {
      button.replaceChildren(icon('check'), 'Copied');
      button.classList.add('copied');
      said.textContent = 'Copied';
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.replaceChildren(icon('copy'), buttonLabel);
        button.classList.remove('copied');
        said.textContent = '';
      }, 4000);
      onCopied?.();
    } else {
      failed.replaceChildren(
        icon('alert'),
        element('span', {}, 'Your browser blocked copying. The text is selected; copy it manually.'),
      );
    }
  });
  return element(
    'div',
    { class: 'copy-box' },
    element('p', { class: 'copy-label' }, label),
    element('div', { class: 'copy-row' }, element('pre', {}, text), button),
    said,
    failed,
  );
}

/** Copies the text. If the browser does not allow that, selects `node`, which shows the text. */
async function copy(text, node) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https there is no clipboard API, but the older command may work.
    getSelection().selectAllChildren(node);
    const done = document.execCommand('copy');
    if (done) {
      getSelection().removeAllRanges();
    }
    return done;
  }
}

/**
 * Opens the dialog that asks for confirmation and revokes the token.
 *
 * @param {{
 *   workspaceId: string,
 *   token: api.ApiToken,
 *   onChanged: (token: api.ApiToken, revoked: boolean) => void,
 *   onSignedOut: (intent: object) => void,
 * }} options
 */
export function openRevokeDialog({ workspaceId, token, onChanged, onSignedOut }) {
  const asking = new AbortController();
  let revoking = false;
  const dialog = openDialog({
    mayClose: (how) => !revoking && how !== 'outside',
    onClose: () => asking.abort(),
  });
  const use = element('div', { class: 'problem', role: 'status' }, lastUse(token));
  const button = element('button', { class: 'button button-danger' }, 'Revoke token');
  const problem = element('div', { class: 'problem' });
  const form = element(
    'form',
    { class: 'stack', novalidate: true },
    problem,
    element(
      'div',
      { class: 'dialog-actions' },
      element(
        'button',
        { type: 'button', class: 'button', autofocus: true, onclick: () => !revoking && dialog.close() },
        'Cancel',
      ),
      button,
    ),
  );
  onSubmit(
    { form, button, problem },
    async () => {
      revoking = true;
      try {
        const revoked = await api.revokeToken(workspaceId, token.id);
        dialog.close();
        onChanged(revoked, true);
      } finally {
        revoking = false;
      }
    },
    (failure) =>
      failure.isSignedOut
        ? { retryLabel: 'Sign in again', retry: () => onSignedOut({ revoke: token }) }
        : undefined,
  );
  dialog.show(
    title(element('span', { class: 'breakable', dir: 'auto' }, `Revoke “${token.name}”?`)),
    element(
      'dl',
      { class: 'facts' },
      fact('Token', element('code', {}, `${token.prefix}…`)),
      fact('Created', time(token.createdAt), ' by ', element('span', { dir: 'auto' }, token.createdBy.nickname)),
    ),
    use,
    element(
      'p',
      {},
      'Revocation is ',
      element('strong', {}, 'immediate and permanent'),
      ': the next request with this token fails, and the token cannot be re-enabled. If a system still needs access, create a new token for it.',
    ),
    form,
  );

  // The list may show an older last use.
  api.getToken(workspaceId, token.id, asking.signal).then(
    (latest) => {
      onChanged(latest, false);
      if (latest.status === 'active') {
        use.replaceChildren(lastUse(latest));
      } else if (!revoking) {
        use.replaceChildren(
          element('p', { class: 'notice notice-info' }, 'This token has already been revoked.'),
        );
        button.remove();
      }
    },
    (failure) => {
      // If the session has ended, the button reports that when it is pressed.
      if (failure instanceof api.ApiFailure && !failure.isSignedOut) {
        use.append(
          element('p', { class: 'hint' }, `The last use could not be loaded. ${words(failure)}`),
        );
      }
    },
  );
}

function lastUse(token) {
  if (!token.lastUsedAt) {
    return element('p', { class: 'notice notice-info' }, 'This token has never been used.');
  }
  return isRecent(token.lastUsedAt)
    ? element(
        'p',
        { class: 'notice notice-warning' },
        icon('alert'),
        element('span', {}, 'Used ', time(token.lastUsedAt), '. A system is probably still using it.'),
      )
    : element('p', { class: 'notice notice-info' }, 'Last used ', time(token.lastUsedAt), '.');
}

function fact(name, ...value) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, ...value));
}
