// The dialog that creates a token.

import * as api from './api.js';
import { openDialog, title } from './dialog.js';
import { askBeforeLeaving, element, icon, nameOf, toast } from './dom.js';
import { words } from './failures.js';
import { onSubmit } from './forms.js';
import { openSecretDialog } from './secret.js';
import { tokenFields } from './token-fields.js';

const WAIT_WHEN_CANCELLED_MILLIS = 5_000;

/**
 * Opens the dialog that asks for a name, creates the token and shows its secret once.
 *
 * @param {object} page the page that opens the dialog
 * @param {{
 *   values?: {name?: string, description?: string, expiry?: object},
 *   onCreated: (token: api.ApiToken) => void,
 *   onUncertain: () => void,
 *   focusAfter: (token: api.ApiToken) => HTMLElement | null,
 * }} options `onUncertain` is called if a token may have been created
 */
export function openCreateDialog(page, { values = {}, onCreated, onUncertain, focusAfter }) {
  const { workspace } = page;
  /** @type {AbortController | undefined} */
  let creating;
  let cancelled = false;
  let uncertain = false;
  const dialog = openDialog({
    mayClose: (how) => {
      if (how === 'outside') {
        return false;
      }
      if (creating) {
        cancel();
        return false;
      }
      return true;
    },
    onClose: () => uncertain && !page.signal.aborted && onUncertain(),
  });
  const fields = tokenFields(page, {
    values,
    nameHint: 'Name it after the system that will use it, for example “CRM integration” or “Order notifications”. Names make it clear what breaks when a token is revoked later.',
  });
  const { name, description, expiry } = fields;
  const button = element('button', { class: 'button button-primary' }, 'Create token');
  const cancelButton = element(
    'button',
    { type: 'button', class: 'button', onclick: () => (creating ? cancel() : dialog.close()) },
    'Cancel',
  );
  const problem = element('div', { class: 'problem' });
  const form = element(
    'form',
    { class: 'stack', novalidate: true },
    ...fields.roots,
    problem,
    element('div', { class: 'dialog-actions' }, cancelButton, button),
  );

  function cancel() {
    if (!cancelled) {
      cancelled = true;
      cancelButton.disabled = true;
      cancelButton.textContent = 'Cancelling…';
      // The response says what became of the token, so wait a little for it.
      const request = creating;
      setTimeout(() => request.abort(), WAIT_WHEN_CANCELLED_MILLIS);
    }
  }

  onSubmit(
    { form, button, problem, fields: fields.all },
    async () => {
      if (!expiry.isComplete()) {
        return;
      }
      creating = new AbortController();
      dialog.stays = true;
      const release = askBeforeLeaving();
      try {
        const created = await api.createToken(
          workspace.id,
          {
            name: name.input.value,
            description: description.input.value.trim() || undefined,
            expiresAt: expiry.read(),
          },
          creating.signal,
        );
        uncertain = false;
        if (cancelled) {
          await revokeCancelled(created.token);
        } else {
          dialog.close();
          if (!page.signal.aborted) {
            onCreated(created.token);
          }
          openSecretDialog(page, { created, focusAfter: () => focusAfter(created.token) });
        }
      } catch (failure) {
        const aborted = creating.signal.aborted;
        const unknown = aborted || failure.isNetwork || failure.status >= 500;
        uncertain ||= unknown;
        if (!cancelled) {
          throw failure;
        }
        if (unknown) {
          showOutcome(
            'The server did not say whether it had already created the token. If ',
            element('strong', { class: 'breakable', dir: 'auto' }, name.input.value.trim()),
            ' is in the list, revoke it, because its secret is lost.',
          );
        } else {
          dialog.close();
          toast('Cancelled. No token was created.');
        }
      } finally {
        creating = undefined;
        dialog.stays = false;
        release();
      }
    },
    (failure) => {
      if (failure.isSignedOut) {
        return {
          extra: 'What you entered is kept.',
          retryLabel: 'Sign in again',
          retry: () =>
            page.signedOut({ create: fields.state() }),
        };
      }
      return failure.isNetwork || failure.status >= 500
        ? { extra: 'The token may have been created. If it is in the list, revoke it, because its secret is lost.' }
        : undefined;
    },
  );

  /** Revokes a token that was created although the user had cancelled: nobody has its secret. */
  async function revokeCancelled(token) {
    uncertain = true;
    try {
      await api.revokeToken(workspace.id, token.id);
      dialog.close();
      toast('Cancelled. ', nameOf(token), ' had already been created, so it was revoked.');
    } catch (failure) {
      if (!(failure instanceof api.ApiFailure)) {
        throw failure;
      }
      showOutcome(
        nameOf(token),
        ` had already been created, and could not be revoked: ${words(failure)} Revoke it in the list, because its secret is lost.`,
      );
    }
  }

  function showOutcome(...outcome) {
    dialog.show(
      title('Cancelled'),
      element(
        'p',
        { class: 'notice notice-warning', role: 'alert' },
        icon('alert'),
        element('span', {}, ...outcome),
      ),
      element(
        'div',
        { class: 'dialog-actions' },
        element(
          'button',
          { type: 'button', class: 'button button-primary', autofocus: true, onclick: dialog.close },
          'Show the list',
        ),
      ),
    );
  }

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
