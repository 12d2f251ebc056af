// The dialog that revokes a token.

import * as api from './api.js';
import { openDialog, title } from './dialog.js';
import { element, icon, nameOf, toast } from './dom.js';
import { words } from './failures.js';
import { onSubmit } from './forms.js';
import { time } from './times.js';
import { isInUse } from './token-view.js';

/**
 * Opens the dialog that asks for confirmation and revokes the token.
 *
 * @param {object} page the page that opens the dialog
 * @param {{
 *   token: api.ApiToken,
 *   onChanged: (token: api.ApiToken, revoked: boolean) => void,
 *   focusAfter?: () => HTMLElement | null,
 * }} options `onChanged` is called with each newer state of the token; `revoked` is true if this
 *     dialog revoked it
 */
export function openRevokeDialog(page, { token, onChanged, focusAfter }) {
  const { workspace } = page;
  const asking = new AbortController();
  let revoking = false;
  const show = (latest, revoked) => {
    if (!page.signal.aborted) {
      onChanged(latest, revoked);
    } else if (revoked) {
      toast('Revoked ', element('strong', {}, nameOf(latest)), '.');
    }
  };
  const dialog = openDialog({
    mayClose: (how) => !revoking && how !== 'outside',
    focusAfter,
    onClose: () => asking.abort(),
  });
  const use = element('div', { class: 'problem', role: 'status' }, lastUse(token));
  const button = element('button', { class: 'button button-danger' }, 'Revoke token');
  const cancel = element(
    'button',
    { type: 'button', class: 'button', autofocus: true, onclick: dialog.close },
    'Cancel',
  );
  const problem = element('div', { class: 'problem' });
  const form = element(
    'form',
    { class: 'stack', novalidate: true },
    problem,
    element('div', { class: 'dialog-actions' }, cancel, button),
  );
  onSubmit(
    { form, button, problem },
    async () => {
      revoking = true;
      dialog.stays = true;
      cancel.disabled = true;
      try {
        const revoked = await api.revokeToken(workspace.id, token.id);
        dialog.close();
        show(revoked, true);
      } finally {
        revoking = false;
        dialog.stays = false;
        cancel.disabled = false;
      }
    },
    (failure) =>
      failure.isSignedOut
        ? { retryLabel: 'Sign in again', retry: () => page.signedOut({ revoke: token }) }
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
      ': the next request with this token fails, and the token cannot be re-enabled. If a system still needs access, ',
      element('strong', {}, 'replace'),
      ' the token instead.',
    ),
    form,
  );

  // The page may show an older last use.
  api.getToken(workspace.id, token.id, asking.signal).then(
    (latest) => {
      show(latest, false);
      if (latest.status === 'active') {
        use.replaceChildren(lastUse(latest));
      } else if (!revoking) {
        use.replaceChildren(
          element('p', { class: 'notice notice-info' }, `This token is already ${latest.status}.`),
        );
        if (latest.status === 'revoked') {
          button.remove();
        }
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
  return isInUse(token)
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
