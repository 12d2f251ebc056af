// The page Settings → API: the workspace's tokens.

import * as api from './api.js';
import { element, heading, hidden, icon, isDialogOpen, nameOf, setText, toast } from './dom.js';
import { notice } from './failures.js';
import { poll } from './poll.js';
import { inDays, number } from './times.js';
import { NEWEST_FIRST, tokenTable } from './token-table.js';
import { UNUSED_DAYS } from './token-view.js';

const PAGE_SIZE = 100;
const REFRESH_EVERY_SECONDS = 10;
const UPDATE_TIMES_EVERY_MILLIS = 30_000;
const SEARCH_AFTER_MILLIS = 250;
const QUERY_MAX = 100;
const TABS = [
  ['', 'All'],
  ['active', 'Active'],
  ['revoked', 'Revoked'],
  ['expired', 'Expired'],
];
const STATUSES = TABS.map(([status]) => status).filter(Boolean);
const USES = [
  ['', 'Any use'],
  ['never', 'Never used'],
  ['unused', `Unused for ${UNUSED_DAYS} days`],
];
const SORTS = [
  [NEWEST_FIRST, 'Newest first'],
  ['name', 'By name'],
  ['-lastUsedAt', 'Last used first'],
  ['lastUsedAt', 'Longest unused first'],
];

/**
 * Shows the workspace's tokens.
 *
 * @param {object} page the page of the settings to show them in
 * @param {{create?: object, revoke?: api.ApiToken}} [intent] the action to continue
 */
export function showTokens(page, intent) {
  const { content, workspace } = page;
  /** The cursor of the next page. */
  let end;
  /** How many tokens the view has, as far as known. */
  let known = {};
  let view = viewOfAddress();
  let table = newTable();
  let loading = new AbortController();
  let busy = false;
  let counting = 0;
  /** The number of tokens of each status, as far as known. */
  let counts = new Map();
  /** Counts what this page changes: an older response must not hide it. */
  let changes = 0;
  let typing;

  const place = element('div', { class: 'list' });
  const count = element('p', { class: 'list-count', role: 'status' });
  const stale = element('p', { class: 'list-stale', role: 'status' });
  const more = element('button', { type: 'button', class: 'button', onclick: () => load() }, 'Load more');
  const foot = element('div', { class: 'list-foot' });
  const headButton = createButton();
  const tabs = element(
    'nav',
    { class: 'segments', 'aria-label': 'Status' },
    ...TABS.map(([value, label]) =>
      element(
        'a',
        { 'data-status': value, onclick: onTab },
        label,
        element('span', { class: 'tab-count' }),
      ),
    ),
  );
  const search = element('input', {
    type: 'search',
    class: 'input',
    placeholder: 'Name, prefix or id',
    'aria-label': 'Search tokens',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 300,
    oninput: onSearch,
  });
  const cut = element('p', { class: 'hint', role: 'status' });
  const use = select('Use', USES, (value) =>
    // Only active tokens can be in use.
    go({ ...view, use: value, status: value ? 'active' : view.status }),
  );
  const sort = select('Sort', SORTS, (value) => go({ ...view, sort: value }));
  sort.classList.add('list-sort');
  const tools = element(
    'div',
    { class: 'list-tools' },
    element('div', { class: 'search', role: 'search' }, icon('search'), search),
    use,
    sort,
  );
  const head = element('div', { class: 'list-head' }, tabs, tools);
  content.replaceChildren(
    element(
      'div',
      { class: 'content-head' },
      element(
        'div',
        {},
        heading('API tokens'),
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
    head,
    cut,
    element('div', { class: 'list-said' }, count, stale),
    place,
    foot,
  );

  // Loads the next page when the end of the list is near. The button works without scrolling.
  const nearEnd = new IntersectionObserver(
    (entries) => entries.some((entry) => entry.isIntersecting) && more.isConnected && load(),
    { rootMargin: '800px' },
  );
  const times = setInterval(() => table.refreshTimesInView(), UPDATE_TIMES_EVERY_MILLIS);
  page.signal.addEventListener('abort', () => {
    loading.abort();
    nearEnd.disconnect();
    clearInterval(times);
    clearTimeout(typing);
  });
  poll(REFRESH_EVERY_SECONDS, refresh, page.signal, (failed) => {
    stale.textContent = failed ? 'The list could not be updated. Trying again…' : '';
  });

  search.value = view.query;
  // An address may contain anything, also a secret.
  history.replaceState(null, '', addressOf(view));
  restart();
  if (intent?.create) {
    openCreate(intent.create);
  } else if (intent?.revoke) {
    openRevoke(intent.revoke);
  }

  /** Shows another view of the list, at its own address. */
  function go(next, { replace = false } = {}) {
    view = next;
    history[replace ? 'replaceState' : 'pushState'](null, '', addressOf(view));
    return restart();
  }

  /** Loads the list of the view from its beginning. */
  function restart() {
    loading.abort();
    loading = new AbortController();
    busy = false;
    for (const tab of tabs.children) {
      const current = tab.dataset.status === view.status;
      tab.href = addressOf({ ...view, status: tab.dataset.status });
      tab.toggleAttribute('data-current', current);
      tab[current ? 'setAttribute' : 'removeAttribute']('aria-current', 'true');
    }
    use.firstElementChild.value = view.use;
    sort.firstElementChild.value = view.sort;
    sort.firstElementChild.disabled = view.use === 'never';
    end = undefined;
    known = {};
    discard(table.root);
    table = newTable();
    count.textContent = '';
    foot.replaceChildren();
    place.append(skeleton());
    return load();
  }

  /** Removes a table that may be long: it disappears at once, its rows when the browser is idle. */
  function discard(old) {
    place.querySelector('.skeleton')?.remove();
    for (const child of [...place.children]) {
      if (child !== old) {
        child.remove();
      }
    }
    old.classList.add('discarded');
    const removeSome = () => {
      old.tBodies[0]?.remove();
      if (old.tBodies.length > 0) {
        setTimeout(removeSome);
      } else {
        old.remove();
      }
    };
    setTimeout(removeSome);
  }

  /** Requests one page of the list. */
  async function request(cursor, signal) {
    const never = view.use === 'never';
    const list = await api.listTokens(
      workspace.id,
      {
        status: view.status,
        query: view.query,
        unusedSince: view.use === 'unused' ? inDays(-UNUSED_DAYS).toISOString() : undefined,
        sort: never ? 'lastUsedAt' : view.sort,
        limit: PAGE_SIZE,
        cursor,
      },
      signal,
    );
    if (never) {
      // In this order, never used tokens come first.
      const used = list.tokens.findIndex((token) => token.lastUsedAt);
      const tokens = used < 0 ? list.tokens : list.tokens.slice(0, used);
      return { tokens, nextCursor: used < 0 ? list.nextCursor : undefined };
    }
    return list;
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
    table.root.setAttribute('aria-busy', 'true');
    try {
      const cursor = end;
      const list = await request(cursor, signal);
      end = list.nextCursor;
      table.fill(table.addPart(cursor), list.tokens);
      showFoot(list);
      if (!cursor && !isCounted(list)) {
        showCounts();
      }
    } catch (failure) {
      if (!signal.aborted) {
        fail(failure, load);
      }
    } finally {
      if (!signal.aborted) {
        busy = false;
        more.disabled = false;
        more.removeAttribute('data-busy');
        table.root.removeAttribute('aria-busy');
      }
    }
  }

  /** Reloads the pages of the list that can be seen, to show last uses and others' changes. */
  async function refresh() {
    const { signal } = loading;
    if (busy || isDialogOpen()) {
      return;
    }
    busy = true;
    const begun = changes;
    try {
      for (const part of table.partsInView()) {
        const list = await request(part.cursor, signal);
        if (begun !== changes || isDialogOpen()) {
          return;
        }
        const changed =
          list.total !== known.total ||
          list.tokens.some(({ id, status }) => (table.shown.get(id)?.token.status ?? status) !== status);
        const next = table.parts[table.parts.indexOf(part) + 1];
        const left = table.fill(part, list.tokens);
        if (next) {
          // Rows that left this page are on the next one, or it shows that they are gone.
          next.cursor = list.nextCursor;
          next.body.prepend(...left);
        } else {
          end = list.nextCursor;
          left.forEach(table.forget);
        }
        showFoot(list);
        if (changed) {
          showCounts();
        }
      }
    } catch (failure) {
      // A dialog reports by itself that the session has ended, and keeps what was entered.
      if (!signal.aborted && !isDialogOpen() && !page.fatal(failure)) {
        throw failure;
      }
    } finally {
      if (!signal.aborted) {
        busy = false;
      }
    }
  }

  function fail(failure, retry) {
    if (page.fatal(failure)) {
      return;
    }
    place.querySelector('.skeleton')?.remove();
    const again = () => {
      foot.replaceChildren();
      if (table.shown.size === 0) {
        place.append(skeleton());
      }
      retry();
    };
    // After the wait that the server asked for, loading continues automatically.
    const onWait = (waiting) => !waiting && foot.contains(note) && again();
    const note = notice(failure, { retry: again, onWait });
    foot.replaceChildren(note);
  }

  /** Shows a token's new state. Its row disappears if the token no longer belongs to the view. */
  function changed(token) {
    const before = table.shown.get(token.id)?.token;
    if (!before) {
      return;
    }
    changes++;
    const row = table.rowOf(token);
    if (before.status === token.status) {
      return;
    }
    if (view.status && token.status !== view.status) {
      const hadFocus = row.contains(document.activeElement) || document.activeElement === document.body;
      const next = row.nextElementSibling ?? row.previousElementSibling ?? content.querySelector('h1');
      table.forget(row);
      if (hadFocus) {
        next.focus();
      }
      showFoot({ ...known, total: known.total && known.total - 1, nextCursor: end });
    }
    showCounts();
  }

  function showFoot({ total, totalIsCapped, nextCursor }) {
    place.querySelector('.skeleton')?.remove();
    known = { total, totalIsCapped };
    if (table.shown.size === 0 && !nextCursor) {
      const untouched = isUntouched();
      const state = JSON.stringify([untouched, view]);
      // A refresh keeps the element, and so the focus on its button.
      if (place.querySelector('.empty')?.dataset.state !== state) {
        table.root.remove();
        const shown = untouched ? emptyState(createButton()) : nothingFound();
        shown.dataset.state = state;
        place.replaceChildren(shown);
      }
      head.hidden = untouched;
      headButton.hidden = untouched;
      count.textContent = '';
      foot.replaceChildren();
      return;
    }
    place.querySelector('.empty')?.remove();
    head.hidden = false;
    headButton.hidden = false;
    if (!table.root.isConnected) {
      place.append(table.root);
    }
    // The number of never used tokens is known only at the end of the list.
    const sum = total === undefined ? { total: table.shown.size, totalIsCapped: Boolean(nextCursor) } : known;
    const noun = sum.total === 1 ? 'token' : 'tokens';
    setText(count, `${countText(sum)} ${noun}${view.query || view.use ? ' found' : ''}`);
    foot.replaceChildren(...(nextCursor ? [more] : []));
    // The observer reports only changes, and the end of the list may still be visible.
    nearEnd.disconnect();
    if (nextCursor) {
      nearEnd.observe(foot);
    }
  }

  /** Returns whether the view is the list of all tokens. */
  function isUntouched() {
    return !view.status && !view.query && !view.use;
  }

  /** Returns whether the counts that are shown agree with the view's list. */
  function isCounted({ total, nextCursor }) {
    const isPlain = !view.query && !view.use;
    return counts.size > 0 && (nextCursor || view.status) && (!isPlain || counts.get(view.status)?.total === total);
  }

  /** Shows how many tokens of each status the workspace has. */
  async function showCounts() {
    const run = ++counting;
    const { total: all, totalIsCapped } = known;
    const found = new Map();
    if (isUntouched() && end === undefined) {
      const tokens = [...table.shown.values()];
      for (const status of STATUSES) {
        found.set(status, { total: tokens.filter(({ token }) => token.status === status).length });
      }
    } else {
      if (view.status && !view.query && !view.use) {
        found.set(view.status, { total: all, totalIsCapped });
      }
      const missing = STATUSES.filter((status) => !found.has(status));
      // The last one follows from the sum.
      const derived = isUntouched() && !totalIsCapped ? missing.pop() : undefined;
      try {
        await Promise.all(
          missing.map(async (status) => {
            const query = { status, limit: 1 };
            found.set(status, await api.listTokens(workspace.id, query, page.signal));
          }),
        );
      } catch (failure) {
        // The tabs work without counts; a failure of the list itself is shown.
        if (!(failure instanceof api.ApiFailure) && !page.signal.aborted) {
          throw failure;
        }
        return;
      }
      if (derived) {
        const others = [...found.values()].reduce((sum, { total }) => sum + total, 0);
        found.set(derived, { total: all - others });
      }
    }
    if (run === counting) {
      const each = [...found.values()];
      found.set('', {
        total: each.reduce((sum, { total }) => sum + total, 0),
        totalIsCapped: each.some((count_) => count_.totalIsCapped),
      });
      counts = found;
      for (const tab of tabs.children) {
        tab.lastElementChild.textContent = ` ${countText(counts.get(tab.dataset.status))}`;
      }
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

  async function openCreate(values) {
    const { openCreateDialog } = await page.load(import('./create.js'));
    if (page.signal.aborted || isDialogOpen()) {
      return;
    }
    openCreateDialog(page, {
      values,
      onUncertain: restart,
      onCreated: (token) => {
        changes++;
        const sorted = view.sort === NEWEST_FIRST && !view.use && !view.query;
        if (!sorted || (view.status && view.status !== 'active')) {
          search.value = '';
          go(viewOf(new URLSearchParams()));
        } else if (table.shown.size === 0) {
          restart();
        } else {
          table.parts[0].body.prepend(table.rowOf(token));
          table.shown.get(token.id).row.classList.add('fresh');
          showFoot({ ...known, total: known.total && known.total + 1, nextCursor: end });
          showCounts();
        }
      },
      // The button that opened the dialog may have been in the empty state, which is gone.
      focusAfter: (token) => table.shown.get(token.id)?.row ?? content.querySelector('h1'),
    });
  }

  async function openRevoke(token) {
    const { openRevokeDialog } = await page.load(import('./revoke.js'));
    if (page.signal.aborted || isDialogOpen()) {
      return;
    }
    openRevokeDialog(page, {
      token: table.shown.get(token.id)?.token ?? token,
      focusAfter: () =>
        table.shown.get(token.id)?.row.querySelector('[data-action="revoke"]') ?? content.querySelector('h1'),
      onChanged: (latest, revoked) => {
        if (revoked) {
          toast('Revoked ', element('strong', {}, nameOf(latest)), '.');
          table.shown.get(latest.id)?.row.focus();
        }
        changed(latest);
      },
    });
  }

  function onTab(event) {
    if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      const { status } = event.currentTarget.dataset;
      if (status !== view.status) {
        go({ ...view, status });
      }
    }
  }

  function onSearch() {
    // A secret never leaves the browser: its prefix finds the token.
    const safe = withoutSecret(search.value);
    cut.textContent = '';
    if (safe.length < Math.min(search.value.length, QUERY_MAX)) {
      search.value = safe;
      cut.textContent = 'A secret was shortened to its prefix. It was not sent.';
    }
    clearTimeout(typing);
    typing = setTimeout(() => {
      if (safe.trim() !== view.query) {
        go({ ...view, query: safe.trim() }, { replace: true });
      }
    }, SEARCH_AFTER_MILLIS);
  }

  function newTable() {
    return tokenTable(page, {
      sort: view.use === 'never' ? undefined : view.sort,
      onSort: async (sort_, label) => {
        await go({ ...view, sort: sort_ });
        // The heading that was pressed is gone.
        if (document.activeElement === document.body) {
          table.root.querySelector(`[data-label="${label}"] button`)?.focus();
        }
      },
      onRevoke: openRevoke,
    });
  }

  function nothingFound() {
    const status = view.status ? `${view.status} ` : '';
    const wider = view.status && (view.query || view.use);
    const next = wider ? { ...view, status: '' } : viewOf(new URLSearchParams());
    return element(
      'div',
      { class: 'empty empty-small' },
      element('p', {}, view.query || view.use ? `No ${status}tokens match.` : `There are no ${status}tokens.`),
      element(
        'button',
        {
          type: 'button',
          class: 'button',
          onclick: () => {
            search.value = next.query;
            go(next);
          },
        },
        wider ? 'Search all tokens' : 'Show all tokens',
      ),
    );
  }
}

function countText({ total, totalIsCapped }) {
  return `${number(total)}${totalIsCapped ? '+' : ''}`;
}

function select(label, options, onChange) {
  const control = element(
    'select',
    { class: 'input', 'aria-label': label, onchange: () => onChange(control.value) },
    ...options.map(([value, text]) => element('option', { value }, text)),
  );
  return element('div', { class: 'list-select' }, control);
}

/**
 * Returns the text to search for: of a text with a token's secret, only its prefix, 14 characters; of
 * a session's secret nothing but its kind.
 */
function withoutSecret(text) {
  const packed = text.replace(/\s/g, '');
  const [secret, session] = /(adraa_session)_\w*|adraa_\w{9,}/i.exec(packed) ?? [];
  // A secret without its beginning. Ids consist of other characters too.
  const [digits] = (!/^c[a-z0-9]{24}$/.test(packed) && /[0-9a-f]{16,}/i.exec(packed)) || [];
  return session ?? secret?.slice(0, 14) ?? (digits ? `adraa_${digits.slice(0, 8)}` : text.slice(0, QUERY_MAX));
}

function viewOfAddress() {
  return viewOf(new URLSearchParams(location.search));
}

function viewOf(parameters) {
  const oneOf = (options, name) => {
    const value = parameters.get(name);
    return options.some(([option]) => option === value) ? value : options[0][0];
  };
  return {
    status: oneOf(TABS, 'status'),
    query: withoutSecret(parameters.get('query') ?? '').trim(),
    use: oneOf(USES, 'use'),
    sort: oneOf(SORTS, 'sort'),
  };
}

function addressOf(view) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(view)) {
    if (value && value !== NEWEST_FIRST) {
      parameters.set(name, value);
    }
  }
  return parameters.size > 0 ? `${location.pathname}?${parameters}` : location.pathname;
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
  root.append(hidden('Loading tokens…'));
  for (let line = 0; line < 5; line++) {
    root.append(element('span', { class: 'skeleton-line', 'aria-hidden': 'true' }));
  }
  return root;
}
