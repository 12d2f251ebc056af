// The dialog that changes a token's name, description and expiry.

import * as api from './api.js';
import { openDialog, title } from './dialog.js';
import { element } from './dom.js';
import { onSubmit } from './forms.js';
import { tokenFields } from './token-fields.js';

/**
 * Opens the dialog.
 *
 * @param {object} page the page that opens the dialog
 * @param {{
 *   token: api.ApiToken,
 *   values?: {name: string, description: string, expiry: object},
 *   onChanged: (token: api.ApiToken) => void,
 * }} options `values` is what was entered before, if not the token's own
 */
export function openEditDialog(page, { token, values, onChanged }) {
  let saving = false;
  const dialog = openDialog({ mayClose: (how) => !saving && how !== 'outside' });
  const fields = tokenFields(page, {
    values: values ?? token,
    exceptId: token.id,
    expiry: { current: token.expiresAt },
  });
  const { name, description, expiry } = fields;
  const button = element('button', { class: 'button button-primary' }, 'Save');
  const cancel = element('button', { type: 'button', class: 'button', onclick: dialog.close }, 'Cancel');
  const problem = element('div', { class: 'problem' });
  const form = element(
    'form',
    { class: 'stack', novalidate: true },
    ...fields.roots,
    problem,
    element('div', { class: 'dialog-actions' }, cancel, button),
  );
  onSubmit(
    { form, button, problem, fields: fields.all },
    async () => {
      if (!expiry.isComplete()) {
        return;
      }
      const changes = {};
      if (name.input.value.trim() !== token.name) {
        changes.name = name.input.value;
      }
      if (description.input.value.trim() !== (token.description ?? '')) {
        changes.description = description.input.value;
      }
      if (expiry.read()) {
        changes.expiresAt = expiry.read();
      } else if (token.expiresAt && !expiry.isKept()) {
        changes.neverExpires = true;
      }
      if (Object.keys(changes).length === 0) {
        dialog.close();
        return;
      }
      saving = true;
      dialog.stays = true;
      cancel.disabled = true;
      try {
        const changed = await api.updateToken(page.workspace.id, token.id, changes);
        dialog.close();
        if (!page.signal.aborted) {
          onChanged(changed);
        }
      } finally {
        saving = false;
        dialog.stays = false;
        cancel.disabled = false;
      }
    },
    (failure) =>
      failure.isSignedOut
        ? {
            extra: 'What you entered is kept.',
            retryLabel: 'Sign in again',
            retry: () => page.signedOut({ edit: fields.state() }),
          }
        : undefined,
  );
  dialog.show(title('Edit token'), form);
}
