// The page of one token: what it is for, how it is used, what happened to it.

import * as api from './api.js';
import { copyLine } from './copy.js';
import { element, heading, icon, isDialogOpen, nameOf, toast } from './dom.js';
import { eventRow, eventTable } from './events.js';
import { notice } from './failures.js';
import { poll } from './poll.js';
import { exactTime, refreshTimes, time } from './times.js';
import { by, statusBadge, statusDetail, tokenLink, unusedMark } from './token-view.js';
import { usageChart } from './usage-chart.js';

const REFRESH_EVERY_SECONDS = 10;
const UPDATE_TIMES_EVERY_MILLIS = 10_000;
const EVENTS_SHOWN = 10;
const RANGES = [7, 30, 90];

/**
 * Shows a token.
 *
 * @param {object} page the page of the settings to show it in
 * @param {string} tokenId
 * @param {{revoke?: api.ApiToken, edit?: object}} [intent] the action to continue
 */
export function showToken(page, tokenId, intent) {
  const { content, workspace, signal } = page;
  let days = 30;
  /** @type {api.ApiToken} */
  let token;
  /** The tokens that it replaces and that replace it, by id. */
  const related = new Map();
  /** Counts what this page changes: an older response must not hide it. */
  let changes = 0;
  /** What is shown, to render only what changed. */
  const shown = new Map();
  const head = element('div', { class: 'content-head' });
  const facts = element('section', { class: 'panel', 'aria-labelledby': 'token-details' });
  const usage = element('section', { class: 'panel', 'aria-labelledby': 'token-usage' });
  const addresses = element('section', { class: 'panel', 'aria-labelledby': 'token-addresses' });
  const events = element('section', { class: 'panel', 'aria-labelledby': 'token-events' });
  const problem = element('div', { class: 'problem' });
  const stale = element('p', { class: 'list-stale', role: 'status' });

  content.replaceChildren(breadcrumb(page), heading('Token'));
  load();

  async function load() {
    const place = element('div', {}, element('p', { class: 'lead', role: 'status' }, 'Loading the token…'));
    content.replaceChildren(breadcrumb(page), heading('Token'), place);
    try {
      token = await api.getToken(workspace.id, tokenId, signal);
      await showRest();
      show();
      content.replaceChildren(
        breadcrumb(page, token),
        head,
        stale,
        facts,
        element('div', { class: 'panels' }, usage, addresses),
        events,
      );
      content.querySelector('h1').focus();
      poll(REFRESH_EVERY_SECONDS, refresh, signal, (failed) => {
        stale.textContent = failed ? 'The page could not be updated. Trying again…' : '';
      });
      const times = setInterval(() => refreshTimes(content), UPDATE_TIMES_EVERY_MILLIS);
      signal.addEventListener('abort', () => clearInterval(times));
      if (intent?.revoke) {
        revoke();
      } else if (intent?.edit) {
        edit(intent.edit);
      }
    } catch (failure) {
      if (!signal.aborted && !page.fatal(failure)) {
        const missing = failure.code === 'TOKEN_NOT_FOUND';
        place.replaceChildren(notice(failure, missing ? {} : { retry: load }));
        if (missing) {
          place.append(element('p', { class: 'after' }, element('a', { href: page.paths.tokens }, 'Show all tokens')));
        }
      }
    }
  }

  async function refresh() {
    if (isDialogOpen()) {
      return;
    }
    const begun = changes;
    try {
      const latest = await api.getToken(workspace.id, tokenId, signal);
      if (begun !== changes || isDialogOpen()) {
        return;
      }
      const isNew = JSON.stringify(latest) !== JSON.stringify(token);
      token = latest;
      if (isNew) {
        await showRest();
      } else {
        await loadRelated(({ status }) => status === 'active');
      }
      show();
    } catch (failure) {
      if (!signal.aborted && !isDialogOpen() && !page.fatal(failure)) {
        throw failure;
      }
    }
  }

  /** Loads and shows the usage, the events and the related tokens. */
  async function showRest() {
    const range = days;
    const [used, trail] = await Promise.all([
      api.getTokenUsage(workspace.id, tokenId, range, signal),
      api.listAuditEvents(workspace.id, { tokenId, limit: EVENTS_SHOWN }, signal),
      loadRelated(() => true),
    ]);
    if (range === days) {
      showUsage(used);
    }
    render(events, trail, () => showEvents(trail));
  }

  /** Loads the related tokens that are not known yet, or may have changed. */
  async function loadRelated(mayHaveChanged) {
    const ids = [token.replaces, token.replacedBy].filter(Boolean);
    await Promise.all(
      ids
        .filter((id) => !related.has(id) || mayHaveChanged(related.get(id)))
        .map(async (id) => related.set(id, await api.getToken(workspace.id, id, signal))),
    );
  }

  /** Renders a part of the page if its data has changed. */
  function render(part, data, run) {
    if (JSON.stringify(shown.get(part)) !== JSON.stringify(data)) {
      shown.set(part, data);
      run();
    }
  }

  function show() {
    page.setTitle(token.name);
    render(head, [token.name, token.status, token.replacedBy], showHead);
    render(facts, [token, ...related.values()], showFacts);
  }

  function showHead() {
    const active = token.status === 'active';
    const button = (name, iconName, run, kind = '') =>
      element('button', { type: 'button', class: `button ${kind}`, onclick: run }, icon(iconName), name);
    head.replaceChildren(
      element('div', {}, element('div', { class: 'token-title' }, heading(nameOf(token)), statusBadge(token))),
      element(
        'div',
        { class: 'token-actions' },
        ...(active ? [button('Edit', 'edit', () => edit())] : []),
        element('a', { class: 'button', href: page.paths.replace(token.id) }, icon('replace'), 'Replace'),
        ...(active ? [button('Revoke', 'lock', () => revoke(), 'button-danger-line')] : []),
      ),
    );
  }

  function showFacts() {
    const detail = token.status === 'revoked' ? statusDetail(token) : undefined;
    const mark = unusedMark(token);
    const other = (id) => {
      const known = related.get(id);
      return [tokenLink(page, known), ' ', element('code', {}, `${known.prefix}…`), ' ', statusBadge(known)];
    };
    const used = token.lastUsedAt
      ? [both(token.lastUsedAt), ...(token.lastUsedFrom ? [' from ', element('code', {}, token.lastUsedFrom)] : [])]
      : [];
    const rest = element(
      'dl',
      { class: 'token-facts' },
      fact(
        'Description',
        token.description
          ? element('span', { class: 'breakable', dir: 'auto' }, token.description)
          : element('span', { class: 'never' }, 'none'),
      ),
      fact('Created', exactTime(token.createdAt), ' ', by(token.createdBy)),
      fact('Expires', token.expiresAt ? both(token.expiresAt) : 'never'),
      fact('Last used', ...used, ...(mark ? [' ', mark] : used.length > 0 ? [] : ['never'])),
      detail ? fact('Revoked', exactTime(token.revokedAt), ', ', detail) : undefined,
      token.replaces ? fact('Replaces', ...other(token.replaces)) : undefined,
      token.replacedBy ? fact('Replaced by', ...other(token.replacedBy)) : undefined,
    );
    if (facts.children.length > 0) {
      // The copy buttons stay, and so does the focus on them.
      facts.lastElementChild.replaceWith(rest);
    } else {
      facts.append(
        element('h2', { id: 'token-details' }, 'Details'),
        element(
          'dl',
          { class: 'token-facts' },
          fact('Prefix', copyLine('prefix', token.prefix, `${token.prefix}…`)),
          fact('Id', copyLine('id', token.id)),
        ),
        rest,
      );
    }
  }

  function showUsage(used) {
    render(usage, used.days, () => {
      const open = usage.querySelector('details')?.open;
      const active = usage.contains(document.activeElement) ? document.activeElement : undefined;
      const focused = active?.matches('summary') ? 'summary' : `[data-days="${active?.dataset.days}"]`;
      usage.replaceChildren(
        element(
          'div',
          { class: 'panel-head' },
          element('h2', { id: 'token-usage' }, 'Requests per day'),
          element(
            'div',
            { class: 'segments', role: 'group', 'aria-label': 'Days shown' },
            ...RANGES.map((range) =>
              element(
                'button',
                { type: 'button', 'data-days': range, 'aria-pressed': String(range === days), onclick: () => chooseDays(range) },
                `${range} days`,
              ),
            ),
          ),
        ),
        usageChart(used.days),
        problem,
      );
      usage.querySelector('details').open = Boolean(open);
      usage.querySelector(focused)?.focus();
    });
    render(addresses, used.addresses, () => {
      addresses.replaceChildren(
        element('h2', { id: 'token-addresses' }, 'Last addresses'),
        used.addresses.length === 0
          ? element('p', { class: 'never' }, 'No address has used this token.')
          : element(
              'ul',
              { class: 'addresses' },
              ...used.addresses.map(({ address, lastUsedAt }) =>
                element('li', {}, element('code', { class: 'breakable' }, address), time(lastUsedAt)),
              ),
            ),
      );
    });
  }

  async function chooseDays(range) {
    days = range;
    problem.replaceChildren();
    try {
      const used = await api.getTokenUsage(workspace.id, tokenId, range, signal);
      if (range === days) {
        showUsage(used);
      }
    } catch (failure) {
      if (!signal.aborted && range === days && !page.fatal(failure)) {
        problem.replaceChildren(notice(failure, { retry: () => chooseDays(range) }));
      }
    }
  }

  function showEvents({ events: found, nextCursor }) {
    const { table, body } = eventTable('Activity of this token', { withToken: false });
    body.append(...found.map((event) => eventRow(event)));
    events.replaceChildren(
      element(
        'div',
        { class: 'panel-head' },
        element('h2', { id: 'token-events' }, 'Activity'),
        element(
          'a',
          { href: `${page.paths.activity}?tokenId=${encodeURIComponent(tokenId)}` },
          nextCursor ? 'Show all' : 'Filter and export',
        ),
      ),
      table,
    );
  }

  /** Shows the token after a change by this page, then its new event. */
  async function changed(latest) {
    changes++;
    token = latest;
    show();
    try {
      await showRest();
      show();
    } catch (failure) {
      // The next refresh shows what is missing.
      if (!(failure instanceof api.ApiFailure) && !signal.aborted) {
        throw failure;
      }
    }
  }

  async function edit(values) {
    const { openEditDialog } = await page.load(import('./edit.js'));
    if (signal.aborted || isDialogOpen()) {
      return;
    }
    openEditDialog(page, {
      token,
      values,
      onChanged: (latest) => {
        toast('Saved.');
        changed(latest);
      },
    });
  }

  async function revoke() {
    const { openRevokeDialog } = await page.load(import('./revoke.js'));
    if (signal.aborted || isDialogOpen()) {
      return;
    }
    openRevokeDialog(page, {
      token,
      focusAfter: () => content.querySelector('h1'),
      onChanged: (latest, revoked) => {
        if (revoked) {
          toast('Revoked ', element('strong', {}, nameOf(latest)), '.');
          changed(latest);
          content.querySelector('h1').focus();
        } else {
          token = latest;
          show();
        }
      },
    });
  }
}

/** Returns the way back to the list and, with a token, to the token. */
export function breadcrumb(page, token, here) {
  return element(
    'nav',
    { class: 'breadcrumb', 'aria-label': 'Breadcrumb' },
    element(
      'ol',
      {},
      element('li', {}, element('a', { href: page.paths.tokens }, 'API tokens')),
      token
        ? element(
            'li',
            {},
            here ? tokenLink(page, token) : element('span', { 'aria-current': 'page' }, nameOf(token)),
          )
        : undefined,
      here ? element('li', {}, element('span', { 'aria-current': 'page' }, here)) : undefined,
    ),
  );
}

function both(instant) {
  return element('span', {}, exactTime(instant), ' (', time(instant), ')');
}

function fact(name, ...value) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, ...value));
}
