// The dialog that shows a new token's secret. The secret cannot be shown again.

import * as api from './api.js';
import { copyBox } from './copy.js';
import { openDialog, title } from './dialog.js';
import { askBeforeLeaving, element, icon, nameOf } from './dom.js';
import { poll } from './poll.js';
import { time } from './times.js';

const LOOK_FOR_USE_EVERY_SECONDS = 3;

/** Lines that use the token at this server's address. Only the first two contain the secret. */
const SAMPLES = [
  [
    'curl',
    'Copy command',
    (url, secret) => [`curl ${url}/api/v1/me`, ' ', `-H "Authorization: Bearer ${secret}"`],
  ],
  ['.env', 'Copy lines', (url, secret) => [`ADRAA_URL=${url}\n`, `ADRAA_TOKEN=${secret}\n`]],
  [
    'Java',
    'Copy code',
    (url) => [
      'AdraaInbox inbox = AdraaInbox.builder()\n',
      `    .baseUrl(URI.create("${url}"))\n`,
      '    .token(System.getenv("ADRAA_TOKEN"))\n',
      '    .build();\n',
      'System.out.println(inbox.verify().getCompany().getName());\n',
    ],
  ],
  [
    'TypeScript',
    'Copy code',
    (url) => [
      `const response = await fetch("${url}/api/v1/me", {\n`,
      '  headers: { Authorization: `Bearer ${process.env.ADRAA_TOKEN}` },\n',
      '});\n',
      'console.log(response.status, await response.json());\n',
    ],
  ],
  [
    'Python',
    'Copy code',
    (url) => [
      'import os, urllib.request\n',
      '\n',
      `request = urllib.request.Request("${url}/api/v1/me")\n`,
      'request.add_header("Authorization", "Bearer " + os.environ["ADRAA_TOKEN"])\n',
      'print(urllib.request.urlopen(request).read().decode())\n',
    ],
  ],
];

/**
 * Opens the dialog.
 *
 * @param {object} page the page that opens the dialog
 * @param {{
 *   created: api.CreatedToken,
 *   focusAfter?: () => HTMLElement | null,
 *   onClosed?: () => void,
 * }} options
 */
export function openSecretDialog(page, { created, focusAfter, onClosed }) {
  const { token } = created;
  let { secret } = created;
  let copied = false;
  let stored = false;
  const watching = new AbortController();
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
    dialog.stays = !value;
    needsStoring.replaceChildren();
    release();
    release = value ? () => {} : askBeforeLeaving();
  };
  const mayClose = (how) => {
    if (!stored && how !== 'outside') {
      sayStoring();
    }
    return stored;
  };
  const dialog = openDialog({
    wide: true,
    mayClose,
    focusAfter,
    onClose: () => {
      secret = '';
      secretText.textContent = '';
      sampleText.textContent = '';
      watching.abort();
      release();
      removeEventListener('pagehide', dialog.close);
      onClosed?.();
    },
  });
  dialog.stays = true;
  // The browser asks before it leaves the page. After that, the page no longer holds the secret.
  let release = askBeforeLeaving();
  addEventListener('pagehide', dialog.close);

  const secretText = element('code', { class: 'secret', translate: 'no' }, secret);
  const sampleText = element('code', { translate: 'no' });
  const checkbox = element('input', {
    type: 'checkbox',
    autocomplete: 'off',
    onchange: () => setStored(checkbox.checked || copied),
  });
  const use = element('p', { class: 'first-use', role: 'status' });
  const stale = element('p', { class: 'list-stale', role: 'status' });
  showUse(token);
  dialog.show(
    title('Your new token'),
    element('p', { class: 'lead' }, 'The token for ', element('strong', {}, nameOf(token)), ' is ready.'),
    element(
      'p',
      { class: 'notice notice-warning' },
      icon('alert'),
      element(
        'span',
        {},
        element('strong', {}, 'The token will not be shown again. '),
        'Copy it now and store it in your secret manager. After you close this dialog, only its prefix ',
        element('code', { class: 'nowrap' }, `${token.prefix}…`),
        ' remains visible.',
      ),
    ),
    copyBox('Token', secretText, () => secret, 'Copy token', () => {
      copied = true;
      setStored(true);
    }),
    samples(sampleText, () => secret),
    use,
    stale,
    element('label', { class: 'check' }, checkbox, 'I have stored the token in a safe place'),
    needsStoring,
    element(
      'div',
      { class: 'dialog-actions' },
      element('a', { class: 'dialog-link', href: '/docs/', target: '_blank', rel: 'noopener' }, 'API reference'),
      element(
        'button',
        { type: 'button', class: 'button button-primary', onclick: () => mayClose() && dialog.close() },
        'Done',
      ),
    ),
  );
  document.getElementById('dialog-title').focus();

  function showUse(latest) {
    if (latest.lastUsedAt) {
      watching.abort();
      use.classList.add('used');
      use.replaceChildren(
        icon('check'),
        element('span', {}, 'It works. First used ', time(latest.lastUsedAt), from(latest), '.'),
      );
    } else if (latest.status === 'active') {
      use.replaceChildren(
        element('span', { class: 'spinner', 'aria-hidden': 'true' }),
        'Waiting for the first request with this token…',
      );
    } else {
      watching.abort();
      use.replaceChildren(icon('alert'), `This token is already ${latest.status}.`);
    }
  }
  poll(
    LOOK_FOR_USE_EVERY_SECONDS,
    async () => showUse(await api.getToken(page.workspace.id, token.id, watching.signal)),
    watching.signal,
    (failed) => {
      stale.textContent = failed ? 'The use of the token cannot be checked now. Trying again…' : '';
    },
  );
}

function from(token) {
  return token.lastUsedFrom ? ` from ${token.lastUsedFrom}` : '';
}

/** Returns a box with the samples as tabs. */
function samples(text, secret) {
  const tabs = SAMPLES.map(([name]) =>
    element('button', { type: 'button', role: 'tab', id: `sample-${name}`, 'aria-controls': 'sample' }, name),
  );
  const tabList = element('div', { role: 'tablist', class: 'segments', 'aria-label': 'Try it' }, ...tabs);
  const panel = element('div', { role: 'tabpanel', id: 'sample' });
  const select = (index) => {
    const [name, buttonLabel, lines] = SAMPLES[index];
    tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', String(i === index));
      tab.tabIndex = i === index ? 0 : -1;
    });
    tabs[index].scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const shown = lines(location.origin, secret());
    text.replaceChildren(
      ...(name === 'curl' ? shown.map((part) => element('span', { class: 'curl-part' }, part)) : shown),
    );
    panel.setAttribute('aria-labelledby', tabs[index].id);
    panel.replaceChildren(
      copyBox(tabList, text, () => lines(location.origin, secret()).join(''), buttonLabel),
    );
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener('click', () => {
      select(index);
      tab.focus();
    });
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        event.preventDefault();
        const next = (index + step + tabs.length) % tabs.length;
        select(next);
        tabs[next].focus();
      }
    });
  });
  select(0);
  return panel;
}
