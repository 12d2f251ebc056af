// The page that replaces a token without an outage: create the new one, deploy it, revoke the old one.
// Its place in these steps follows from the two tokens, so leaving the page loses nothing.

import * as api from './api.js';
import { askBeforeLeaving, element, heading, icon, isDialogOpen, nameOf, toast, warn } from './dom.js';
import { notice, words } from './failures.js';
import { onSubmit } from './forms.js';
import { poll } from './poll.js';
import { openSecretDialog } from './secret.js';
import { refreshTimes, time } from './times.js';
import { breadcrumb } from './token.js';
import { expiryField, tokenFields } from './token-fields.js';
import { isInUse, statusBadge, statusDetail, tokenLink } from './token-view.js';

const LOOK_EVERY_SECONDS = 5;
const STEPS = ['Create the new token', 'Deploy it', 'Revoke the old token'];

/**
 * Shows the steps that replace a token.
 *
 * @param {object} page the page of the settings to show them in
 * @param {string} tokenId the token to replace
 * @param {{replace?: object, revoke?: api.ApiToken}} [intent] the action to continue
 */
export function showReplace(page, tokenId, intent) {
  const { content, workspace, signal } = page;
  /** @type {api.ApiToken} */
  let old;
  /** @type {api.ApiToken | undefined} */
  let replacement;
  let shown = '';
  /** Counts what this page changes: an older response must not hide it. */
  let changes = 0;
  const stale = element('p', { class: 'list-stale', role: 'status' });
  const steps = element('ol', { class: 'steps' });
  const place = element('div', { class: 'step' });

  start();

  async function start() {
    content.replaceChildren(
      breadcrumb(page),
      heading('Replace a token'),
      element('p', { class: 'lead', role: 'status' }, 'Loading the token…'),
    );
    try {
      [old, replacement] = await request();
      page.setTitle(`Replace ${old.name}`);
      content.replaceChildren(
        breadcrumb(page, old, 'Replace'),
        element(
          'div',
          { class: 'content-head' },
          element(
            'div',
            {},
            heading('Replace ', nameOf(old)),
            element(
              'p',
              { class: 'lead' },
              'Both tokens work until you revoke the old one, so your integration does not stop. You can leave this page and come back at any time.',
            ),
          ),
        ),
        steps,
        stale,
        place,
      );
      show();
      content.querySelector('h1').focus();
      if (intent?.revoke) {
        revoke(intent.revoke.id === old.id ? old : (replacement ?? old));
      }
      poll(LOOK_EVERY_SECONDS, look, signal, (failed) => {
        stale.textContent = failed ? 'The page could not be updated. Trying again…' : '';
      });
      const times = setInterval(() => refreshTimes(place), 1000);
      signal.addEventListener('abort', () => clearInterval(times));
    } catch (failure) {
      if (!signal.aborted && !page.fatal(failure)) {
        content.replaceChildren(
          breadcrumb(page),
          heading('Replace a token'),
          notice(failure, failure.code === 'TOKEN_NOT_FOUND' ? {} : { retry: start }),
        );
      }
    }
  }

  /** Loads the two tokens. */
  async function request() {
    const token = await api.getToken(workspace.id, tokenId, signal);
    return [token, token.replacedBy && (await api.getToken(workspace.id, token.replacedBy, signal))];
  }

  async function look() {
    // While the form is open, nothing here can change but by another admin, whom the server reports.
    if (isDialogOpen() || step() === 1) {
      return;
    }
    const begun = changes;
    try {
      const latest = await request();
      if (begun === changes && !isDialogOpen()) {
        [old, replacement] = latest;
        show();
      }
    } catch (failure) {
      if (!signal.aborted && !isDialogOpen() && !page.fatal(failure)) {
        throw failure;
      }
    }
  }

  /** Returns the number of the step that the two tokens are in; 4 is the end. */
  function step() {
    if (!replacement || replacement.status === 'revoked') {
      return 1;
    }
    if (old.status !== 'active') {
      return 4;
    }
    return replacement.lastUsedAt ? 3 : 2;
  }

  function show() {
    const at = step();
    steps.replaceChildren(
      ...STEPS.map((name, index) =>
        element(
          'li',
          { 'aria-current': index + 1 === at ? 'step' : undefined, class: index + 1 < at ? 'done' : undefined },
          element('span', { class: 'step-number', 'aria-hidden': 'true' }, index + 1 < at ? icon('check') : `${index + 1}`),
          name,
        ),
      ),
    );
    const state = JSON.stringify([at, old, isInUse(old), replacement]);
    if (state !== shown) {
      shown = state;
      if (at === 1) {
        showForm();
      } else if (at === 4) {
        showEnd();
      } else {
        showWaiting();
      }
    }
  }

  function showForm() {
    const active = old.status === 'active';
    const before = intent?.replace;
    const fields = tokenFields(page, {
      values: before ?? old,
      exceptId: old.id,
      expiry: { label: 'New token expires' },
    });
    const { name, description, expiry } = fields;
    const oldExpiry = expiryField({
      name: 'oldExpiresAt',
      label: 'Old token',
      value: before?.oldExpiry,
      never: old.expiresAt ? 'Works until its expiry, or until I revoke it' : 'Works until I revoke it',
      choices: [
        [1, 'Expires in 24 hours at the latest'],
        [7, 'Expires in 7 days at the latest'],
        [30, 'Expires in 30 days at the latest'],
      ],
    });
    const button = element('button', { class: 'button button-primary' }, 'Create the new token');
    const problem = element('div', { class: 'problem' });
    const cancel = element('a', { class: 'button', href: page.paths.token(old.id) }, 'Cancel');
    const form = element(
      'form',
      { class: 'stack', novalidate: true },
      ...fields.roots,
      active ? oldExpiry.root : undefined,
      problem,
      element('div', { class: 'form-actions' }, button, cancel),
    );
    onSubmit(
      { form, button, problem, fields: [...fields.all, oldExpiry] },
      async () => {
        if (!expiry.isComplete() || !oldExpiry.isComplete()) {
          return;
        }
        // The secret must not be lost if the user leaves the page meanwhile, so this request goes on.
        cancel.hidden = true;
        const release = askBeforeLeaving();
        let created;
        try {
          created = await api.replaceToken(workspace.id, old.id, {
            name: name.input.value,
            description: description.input.value,
            expiresAt: expiry.read(),
            oldExpiresAt: active ? oldExpiry.read() : undefined,
          });
        } catch (failure) {
          if (signal.aborted && failure instanceof api.ApiFailure) {
            warn(`“${old.name}” may not have been replaced. ${words(failure)}`);
            return;
          }
          throw failure;
        } finally {
          cancel.hidden = false;
          release();
        }
        changes++;
        replacement = created.token;
        if (!signal.aborted) {
          show();
        }
        openSecretDialog(page, {
          created,
          focusAfter: () => content.querySelector('h1'),
          onClosed: () => !signal.aborted && refresh(),
        });
      },
      (failure) => {
        if (failure.isSignedOut) {
          return {
            extra: 'What you entered is kept.',
            retryLabel: 'Sign in again',
            retry: () =>
              page.signedOut({ replace: { ...fields.state(), oldExpiry: oldExpiry.state() } }),
          };
        }
        return failure.code === 'TOKEN_ALREADY_REPLACED' || failure.isNetwork || failure.status >= 500
          ? { retryLabel: 'Show what happened', retry: start }
          : undefined;
      },
    );
    place.replaceChildren(
      panel(
        'Create the new token',
        active
          ? undefined
          : element(
              'p',
              { class: 'notice notice-info' },
              `The old token is ${old.status}, so nothing works with it any more.`,
            ),
        replacement
          ? element(
              'p',
              { class: 'notice notice-info' },
              'An earlier replacement, ',
              element('code', {}, `${replacement.prefix}…`),
              ', was revoked.',
            )
          : undefined,
        form,
      ),
    );
  }

  function showWaiting() {
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.action : undefined;
    const expired = replacement.status === 'expired';
    const inUse = isInUse(old);
    const ready = Boolean(replacement.lastUsedAt);
    place.replaceChildren(
      element(
        'div',
        { class: 'panels panels-even' },
        panel(
          'New token',
          identity(replacement),
          expired
            ? warning(`The new token has expired. Revoke it, then replace the old one again.`)
            : ready
              ? element('p', { class: 'first-use used' }, icon('check'), element('span', {}, 'Used ', seconds(replacement), from(replacement)))
              : element('p', { class: 'first-use' }, element('span', { class: 'spinner', 'aria-hidden': 'true' }), 'Waiting for its first request…'),
          ready || expired
            ? undefined
            : element(
                'p',
                { class: 'hint' },
                'Put the new secret where the old one is, in your secret manager or environment, and restart the integration.',
              ),
          element(
            'p',
            { class: 'hint' },
            ready ? 'Wrong token? ' : 'Lost the new secret? ',
            element(
              'button',
              { type: 'button', class: 'link', 'data-action': 'undo', onclick: () => revoke(replacement) },
              'Revoke the new token and start again',
            ),
          ),
        ),
        panel(
          'Old token',
          identity(old),
          element(
            'p',
            { class: 'first-use' },
            element('span', {}, ...(old.lastUsedAt ? ['Last used ', seconds(old), from(old)] : ['It has never been used.'])),
          ),
          old.expiresAt ? element('p', { class: 'hint' }, statusDetail(old), ' by itself.') : undefined,
          !ready
            ? warning('The new token has not been used yet. If you revoke the old one now, the integration may stop.')
            : inUse
              ? warning('The old token was used within the last 24 hours. Check that every system has the new one.')
              : element('p', { class: 'notice notice-info' }, 'The old token was not used within the last 24 hours. Before you revoke it, think of jobs that run less often.'),
          element(
            'button',
            {
              type: 'button',
              class: ready && !inUse ? 'button button-danger' : 'button button-danger-line',
              'data-action': 'revoke',
              onclick: () => revoke(old),
            },
            'Revoke the old token',
          ),
        ),
      ),
    );
    place.querySelector(`[data-action="${focused}"]`)?.focus();
  }

  function showEnd() {
    place.replaceChildren(
      panel(
        'Replaced',
        element(
          'p',
          { class: 'notice notice-good' },
          icon('check'),
          element(
            'span',
            {},
            'The old token ',
            element('code', {}, `${old.prefix}…`),
            ` is ${old.status}. `,
            ...(replacement.lastUsedAt
              ? ['The new one was last used ', seconds(replacement), '.']
              : ['The new one has not been used yet.']),
          ),
        ),
        identity(replacement),
        replacement.status === 'active' ? undefined : warning(`The new token is ${replacement.status}.`),
        element(
          'div',
          { class: 'form-actions' },
          element('a', { class: 'button button-primary', href: page.paths.token(replacement.id) }, 'Show the new token'),
          element('a', { class: 'button', href: page.paths.tokens }, 'All tokens'),
        ),
      ),
    );
  }

  async function revoke(token) {
    const { openRevokeDialog } = await page.load(import('./revoke.js'));
    if (signal.aborted || isDialogOpen()) {
      return;
    }
    openRevokeDialog(page, {
      token,
      focusAfter: () => place.querySelector('[data-action]') ?? content.querySelector('h1'),
      onChanged: (latest, revoked) => {
        changes++;
        if (latest.id === old.id) {
          old = latest;
        } else {
          replacement = latest;
        }
        show();
        if (revoked) {
          toast('Revoked ', element('strong', {}, nameOf(latest)), '.');
          content.querySelector('h1').focus();
        }
      },
    });
  }

  async function refresh() {
    try {
      await look();
    } catch {
      // The next look says it.
    }
  }

  function identity(token) {
    return element(
      'p',
      { class: 'identity' },
      tokenLink(page, token),
      ' ',
      element('code', {}, `${token.prefix}…`),
      ' ',
      statusBadge(token),
    );
  }
}

function panel(name, ...children) {
  return element('section', { class: 'panel stack' }, element('h2', {}, name), ...children);
}

function warning(text) {
  return element('p', { class: 'notice notice-warning' }, icon('alert'), element('span', {}, text));
}

function seconds(token) {
  return time(token.lastUsedAt, { seconds: true });
}

function from(token) {
  return token.lastUsedFrom ? ` from ${token.lastUsedFrom}` : '';
}
