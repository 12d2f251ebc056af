// The page Settings → API: the workspace's tokens, newest first.

import * as api from './api.js';
import { isDialogOpen, openCreateDialog, openRevokeDialog } from './dialogs.js';
import { element, icon, toast } from './dom.js';
import { notice } from './failures.js';
import { refreshTimes, time } from './times.js';

const PAGE_SIZE = 100;
const FILTERS = [
  ['', 'All'],
  ['active', 'Active'],
  ['revoked', 'Revoked'],
  ['expired', 'Expired'],
];
// Why a token was revoked, if no agent did it.
const REASONS = { leaked: 'reported as leaked', self: 'with its own secret' };
const UPDATE_TIMES_EVERY_MILLIS = 30_000;
const REFRESH_AFTER_MILLIS = 5_000;

/**
 * Shows the workspace's tokens in `content`. Returns a function that stops its requests and timers.
 *
 * @param {HTMLElement} content
 * @param {{
 *   workspace: api.WorkspaceMembership,
 *   intent?: {create?: string, revoke?: api.ApiToken},
 *   onSignedOut: (intent?: object) => void,
 *   onWorkspaceGone: (failure: api.ApiFailure) => void,
 * }} options
 */
export function showTokens(content, { workspace, intent, onSignedOut, onWorkspaceGone }) {
  if (workspace.role !== 'admin') {
    showNotAdmin(content, workspace);
    return () => {};
  }

  /** @type {Map<string, {token: api.ApiToken, row: HTMLElement}>} */
  const shown = new Map();
  let status = filterOfAddress();
  let cursor;
  let loading = new AbortController();
  let busy = false;
  let refreshedAt = 0;

  const table = element(
    'table',
    { role: 'table', class: 'tokens', 'aria-label': 'API tokens' },
    element(
      'thead',
      { role: 'rowgroup' },
      element(
        'tr',
        { role: 'row' },
        ...['Name', 'Token', 'Created', 'Last used', 'Status'].map((name) =>
          element('th', { role: 'columnheader', scope: 'col' }, name),
        ),
        element(
          'th',
          { role: 'columnheader', scope: 'col' },
          element('span', { class: 'visually-hidden' }, 'Actions'),
        ),
      ),
    ),
  );
  const place = element('div', { class: 'list' });
  const count = element('p', { class: 'list-count', role: 'status' });
  const more = element('button', { type: 'button', class: 'button', onclick: () => load() }, 'Load more');
  const foot = element('div', { class: 'list-foot' });
  const headButton = createButton();
  const filters = element(
    'nav',
    { class: 'segments', 'aria-label': 'Show tokens' },
    ...FILTERS.map(([value, label]) =>
      element('a', { href: address(value), 'data-status': value, onclick: onFilter }, label),
    ),
  );
  content.replaceChildren(
    element(
      'div',
      { class: 'content-head' },
      element(
        'div',
        {},
        element('h1', { tabindex: -1 }, 'API tokens'),
        element(
          'p',
          { class: 'lead' },
          'A token grants full access to ',
          element('strong', { class: 'breakable' }, workspace.name),
          ': it can read and act on every conversation. Treat it like a password.',
        ),
      ),
      headButton,
    ),
    element('div', { class: 'list-head' }, filters, count),
    place,
    foot,
  );

  // Loads the next page when the end of the list is near. The button works without scrolling.
  const nearEnd = new IntersectionObserver(
    (entries) => entries.some((entry) => entry.isIntersecting) && more.isConnected && load(),
    { rootMargin: '800px' },
  );
  const times = setInterval(() => {
    for (const group of table.tBodies) {
      if (group.checkVisibility({ contentVisibilityAuto: true })) {
        refreshTimes(group);
      }
    }
  }, UPDATE_TIMES_EVERY_MILLIS);
  const onVisible = () => {
    if (document.visibilityState === 'visible') {
      refreshTimes(table);
      refresh();
    }
  };
  document.addEventListener('visibilitychange', onVisible);

  restart();
  if (intent?.create !== undefined) {
    openCreate(intent.create);
  } else if (intent?.revoke) {
    openRevoke(intent.revoke);
  }
  return () => {
    loading.abort();
    nearEnd.disconnect();
    clearInterval(times);
    document.removeEventListener('visibilitychange', onVisible);
  };

  /** Reloads the list with the filter from the address. */
  function restart() {
    loading.abort();
    loading = new AbortController();
    busy = false;
    status = filterOfAddress();
    for (const segment of filters.children) {
      const current = segment.dataset.status === (status ?? '');
      segment.toggleAttribute('data-current', current);
      if (current) {
        segment.setAttribute('aria-current', 'true');
      } else {
        segment.removeAttribute('aria-current');
      }
    }
    cursor = undefined;
    shown.clear();
    for (const group of [...table.tBodies]) {
      group.remove();
    }
    count.textContent = '';
    foot.replaceChildren();
    place.replaceChildren(skeleton());
    load();
  }

  /** Loads the next page. */
  async function load() {
    if (busy) {
      return;
    }
    busy = true;
    const { signal } = loading;
    more.disabled = true;
    more.toggleAttribute('data-busy', true);
    table.setAttribute('aria-busy', 'true');
    try {
      const page = await api.listTokens(workspace.id, { status, limit: PAGE_SIZE, cursor }, signal);
      cursor = page.nextCursor;
      refreshedAt = Date.now();
      append(page.tokens);
      showFoot();
    } catch (failure) {
      if (!signal.aborted) {
        fail(failure, load);
      }
    } finally {
      if (!signal.aborted) {
        busy = false;
        more.disabled = false;
        more.removeAttribute('data-busy');
        table.removeAttribute('aria-busy');
      }
    }
  }

  /** Reloads the newest tokens, to show their last uses and the changes of other admins. */
  async function refresh() {
    if (busy || isDialogOpen() || Date.now() - refreshedAt < REFRESH_AFTER_MILLIS) {
      return;
    }
    refreshedAt = Date.now();
    const { signal } = loading;
    try {
      const page = await api.listTokens(workspace.id, { status, limit: PAGE_SIZE }, signal);
      if (signal.aborted) {
        return;
      }
      let next;
      for (const token of page.tokens.toReversed()) {
        if (!shown.has(token.id)) {
          insert(token, next);
        } else {
          update(token);
        }
        next = shown.get(token.id).row;
      }
      showFoot();
    } catch (failure) {
      // The user did not start this request, so show only a failure that concerns the whole page.
      if (!signal.aborted && (failure.isSignedOut || failure.code === 'ADMIN_REQUIRED')) {
        fail(failure);
      }
    }
  }

  function fail(failure, retry) {
    if (!(failure instanceof api.ApiFailure)) {
      throw failure;
    }
    if (failure.isSignedOut) {
      onSignedOut();
    } else if (failure.code === 'ADMIN_REQUIRED') {
      showNotAdmin(content, workspace);
    } else if (failure.code === 'WORKSPACE_NOT_FOUND') {
      onWorkspaceGone(failure);
    } else {
      if (shown.size === 0) {
        place.replaceChildren();
      }
      const again = () => {
        foot.replaceChildren();
        if (shown.size === 0) {
          place.replaceChildren(skeleton());
        }
        retry();
      };
      // After the wait that the server asked for, loading continues automatically.
      const onWait = (waiting) => !waiting && foot.contains(note) && again();
      const note = notice(failure, { retry: again, onWait });
      foot.replaceChildren(note);
    }
  }

  function append(tokens) {
    const rows = tokens.filter(({ id }) => !shown.has(id)).map(rowOf);
    if (rows.length > 0) {
      group().append(...rows);
    }
  }

  function group() {
    const node = element('tbody', { role: 'rowgroup' });
    // Times of rows outside the viewport are not updated until the rows become visible.
    node.addEventListener('contentvisibilityautostatechange', (event) => {
      if (!event.skipped) {
        refreshTimes(node);
      }
    });
    table.append(node);
    return node;
  }

  /** Inserts a new token before a row, or at the top. */
  function insert(token, before) {
    const row = rowOf(token);
    const first = table.tBodies[0] ?? group();
    if (before) {
      before.before(row);
    } else {
      first.prepend(row);
    }
    return row;
  }

  function rowOf(token) {
    const row = tokenRow(token, openRevoke);
    shown.set(token.id, { token, row });
    return row;
  }

  function update(token) {
    const known = shown.get(token.id);
    if (known && JSON.stringify(known.token) !== JSON.stringify(token)) {
      const { row } = known;
      const focused = row.contains(document.activeElement);
      row.replaceWith(rowOf(token));
      if (focused) {
        (shown.get(token.id).row.querySelector('button') ?? shown.get(token.id).row).focus();
      }
    }
  }

  function showFoot() {
    if (shown.size === 0) {
      place.replaceChildren(status ? nothingFound(status) : emptyState(createButton()));
      filters.hidden = !status;
      headButton.hidden = !status;
      count.textContent = '';
      foot.replaceChildren();
      return;
    }
    filters.hidden = false;
    headButton.hidden = false;
    if (!table.isConnected) {
      place.replaceChildren(table);
    }
    const number = new Intl.NumberFormat().format(shown.size);
    count.textContent = cursor
      ? `${number} tokens shown, more available`
      : `${number} ${shown.size === 1 ? 'token' : 'tokens'}`;
    foot.replaceChildren(...(cursor ? [more] : []));
    // The observer reports only changes, and the end of the list may still be visible.
    nearEnd.disconnect();
    if (cursor) {
      nearEnd.observe(foot);
    }
  }

  function createButton() {
    return element(
      'button',
      { type: 'button', class: 'button button-primary', onclick: () => openCreate() },
      icon('plus'),
      'Create token',
    );
  }

  function openCreate(name) {
    openCreateDialog({
      workspaceId: workspace.id,
      name,
      onSignedOut,
      onUncertain: restart,
      onCreated: (token) => {
        if (status === 'revoked') {
          history.pushState(null, '', address(''));
          restart();
        } else if (!shown.has(token.id)) {
          insert(token).classList.add('fresh');
          showFoot();
        }
      },
      // The button that opened the dialog may have been in the empty state, which is gone.
      focusAfter: (token) => shown.get(token.id)?.row ?? content.querySelector('h1'),
    });
  }

  function openRevoke(token) {
    openRevokeDialog({
      workspaceId: workspace.id,
      token: shown.get(token.id)?.token ?? token,
      onSignedOut,
      onChanged: (changed, byUs) => {
        update(changed);
        if (byUs) {
          toast('Revoked ', element('strong', { class: 'breakable', dir: 'auto' }, changed.name), '.');
          shown.get(changed.id)?.row.focus();
        }
      },
    });
  }

  function onFilter(event) {
    if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      const { status: chosen } = event.currentTarget.dataset;
      if (chosen !== (status ?? '')) {
        history.pushState(null, '', address(chosen));
        restart();
      }
    }
  }

  function nothingFound(which) {
    return element(
      'div',
      { class: 'empty empty-small' },
      element('p', {}, `There are no ${which} tokens.`),
      element('a', { href: address(''), 'data-status': '', onclick: onFilter }, 'Show all tokens'),
    );
  }
}

function filterOfAddress() {
  const asked = new URLSearchParams(location.search).get('status');
  return FILTERS.some(([value]) => value && value === asked) ? asked : undefined;
}

function address(status) {
  return status ? `${location.pathname}?status=${status}` : location.pathname;
}

function tokenRow(token, onRevoke) {
  const active = token.status === 'active';
  const by = (actor) => element('span', { class: 'by' }, 'by ', element('span', { dir: 'auto' }, actor.nickname));
  const cell = (label, ...children) => element('td', { role: 'cell', 'data-label': label }, ...children);
  return element(
    'tr',
    { role: 'row', class: active ? undefined : 'inactive', 'data-id': token.id, tabindex: -1 },
    element(
      'th',
      { role: 'rowheader', scope: 'row', class: 'name', dir: 'auto' },
      token.name,
    ),
    cell('Token', element('code', { class: 'prefix' }, `${token.prefix}…`)),
    cell('Created', time(token.createdAt), by(token.createdBy)),
    cell(
      'Last used',
      token.lastUsedAt ? time(token.lastUsedAt) : element('span', { class: 'never' }, 'never'),
    ),
    cell('Status', ...statusOf(token, by)),
    element(
      'td',
      { role: 'cell', class: 'actions' },
      active
        ? element(
            'button',
            { type: 'button', class: 'button button-small button-quiet-danger', onclick: () => onRevoke(token) },
            'Revoke',
            element('span', { class: 'visually-hidden' }, ` ${token.name}`),
          )
        : undefined,
    ),
  );
}

function statusOf(token, by) {
  if (token.status === 'active') {
    return [element('span', { class: 'badge badge-active' }, 'Active')];
  }
  const [, word] = FILTERS.find(([value]) => value === token.status) ?? ['', token.status];
  const since = token.status === 'expired' ? token.expiresAt : token.revokedAt;
  const cause = token.revokedBy ? by(token.revokedBy) : REASONS[token.revokedReason];
  return [
    element('span', { class: 'badge' }, word),
    ...(since ? [element('span', { class: 'by' }, time(since), ...(cause ? [' ', cause] : []))] : []),
  ];
}

function emptyState(button) {
  const advice = (name, title, text) =>
    element(
      'li',
      {},
      icon(name),
      element('div', {}, element('h3', {}, title), element('p', {}, text)),
    );
  return element(
    'div',
    { class: 'empty' },
    element('span', { class: 'empty-mark' }, icon('key')),
    element('h2', {}, 'Connect your first system'),
    element(
      'p',
      { class: 'lead' },
      'An API token lets one of your systems, such as a CRM or a shop, call the Adraa Inbox API for this workspace.',
    ),
    element(
      'ul',
      { class: 'advice' },
      advice('pieces', 'One token per integration', 'Name each token after the system that uses it, so that each can be revoked independently.'),
      advice('lock', 'Treat it like a password', 'Store it in a secret manager or an environment variable, and call the API only from your backend. Never commit it or put it in client-side code.'),
      advice('shield', 'Revoke when in doubt', 'Revoke tokens you no longer use. If a token leaks, revoke it immediately and create a replacement.'),
    ),
    button,
  );
}

function skeleton() {
  const root = element('div', { class: 'skeleton', role: 'status' });
  root.append(element('span', { class: 'visually-hidden' }, 'Loading tokens…'));
  for (let line = 0; line < 5; line++) {
    root.append(element('span', { class: 'skeleton-line', 'aria-hidden': 'true' }));
  }
  return root;
}

function showNotAdmin(content, workspace) {
  content.replaceChildren(
    element('h1', { tabindex: -1 }, 'API tokens'),
    element(
      'div',
      { class: 'empty empty-small' },
      element('span', { class: 'empty-mark' }, icon('lock')),
      element('h2', {}, 'Only workspace admins can create and revoke API tokens'),
      element(
        'p',
        { class: 'lead' },
        'You are a member of ',
        element('strong', { class: 'breakable' }, workspace.name),
        ', but not an admin. Ask an admin to create a token for your integration.',
      ),
    ),
  );
}
