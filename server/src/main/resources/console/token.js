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
 * @param {{revoke?: api.ApiToken}} [intent] the action to continue
 */
export function showToken(page, tokenId, intent) {
  const { content, workspace, signal } = page;
  let days = 30;
  /** What is shown, to render only what changed. */
  const shown = new Map();
  const head = element('div', { class: 'content-head' });
  const facts = element('section', { class: 'panel', 'aria-labelledby': 'token-details' });
  const usage = element('section', { class: 'panel', 'aria-labelledby': 'token-usage' });
  const addresses = element('section', { class: 'panel', 'aria-labelledby': 'token-addresses' });
  const events = element('section', { class: 'panel', 'aria-labelledby': 'token-events' });
  const stale = element('p', { class: 'list-stale', role: 'status' });

  content.replaceChildren(breadcrumb(page), heading('Token'));
  load();

  async function load() {
    const place = element('div', {}, element('p', { class: 'lead', role: 'status' }, 'Loading the token…'));
    content.replaceChildren(breadcrumb(page), heading('Token'), place);
    try {
      const token = await api.getToken(workspace.id, tokenId, signal);
      await showRest(token);
      show(token);
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
        revoke(token);
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
    try {
      const token = await api.getToken(workspace.id, tokenId, signal);
      if (JSON.stringify(shown.get(facts)) !== JSON.stringify(token)) {
        await showRest(token);
      }
      show(token);
    } catch (failure) {
      if (!signal.aborted && !page.fatal(failure)) {
        throw failure;
      }
    }
  }

  /** Loads and shows the usage, the events and the related tokens. */
  async function showRest(token) {
    const related = [token.replaces, token.replacedBy].filter(Boolean);
    const [used, trail, ...others] = await Promise.all([
      api.getTokenUsage(workspace.id, tokenId, days, signal),
      api.listAuditEvents(workspace.id, { tokenId, limit: EVENTS_SHOWN }, signal),
      ...related.map((id) => api.getToken(workspace.id, id, signal)),
    ]);
    others.forEach((other) => shown.set(other.id, other));
    showUsage(used);
    render(events, trail, () => showEvents(trail));
  }

  /** Renders a part of the page if its data has changed. */
  function render(part, data, run) {
    if (JSON.stringify(shown.get(part)) !== JSON.stringify(data)) {
      shown.set(part, data);
      run();
    }
  }

  function show(token) {
    page.setTitle(token.name);
    render(head, [token.name, token.status, token.replacedBy], () => showHead(token));
    render(facts, token, () => showFacts(token));
  }

  function showHead(token) {
    const active = token.status === 'active';
    const button = (name, iconName, run, kind = '') =>
      element('button', { type: 'button', class: `button ${kind}`, onclick: run }, icon(iconName), name);
    head.replaceChildren(
      element('div', {}, element('div', { class: 'token-title' }, heading(nameOf(token)), statusBadge(token))),
      element(
        'div',
        { class: 'token-actions' },
        ...(active ? [button('Edit', 'edit', () => edit(shown.get(facts)))] : []),
        element('a', { class: 'button', href: page.paths.replace(token.id) }, icon('replace'), 'Replace'),
        ...(active ? [button('Revoke', 'lock', () => revoke(shown.get(facts)), 'button-danger-line')] : []),
      ),
    );
  }

  function showFacts(token) {
    const detail = token.status === 'active' ? undefined : statusDetail(token);
    const other = (id) => {
      const known = shown.get(id);
      return known ? [tokenLink(page, known), ' ', element('code', {}, `${known.prefix}…`), ' ', statusBadge(known)] : [id];
    };
    facts.replaceChildren(
      element('h2', { id: 'token-details' }, 'Details'),
      element(
        'dl',
        { class: 'token-facts' },
        fact('Prefix', copyLine('prefix', token.prefix, `${token.prefix}…`)),
        fact('Id', copyLine('id', token.id)),
        fact(
          'Description',
          token.description
            ? element('span', { class: 'breakable', dir: 'auto' }, token.description)
            : element('span', { class: 'never' }, 'none'),
        ),
        fact('Created', exactTime(token.createdAt), ' ', by(token.createdBy)),
        fact('Expires', token.expiresAt ? both(token.expiresAt) : 'never'),
        fact(
          'Last used',
          ...(token.lastUsedAt
            ? [both(token.lastUsedAt), ...(token.lastUsedFrom ? [' from ', element('code', {}, token.lastUsedFrom)] : [])]
            : []),
          ...(token.lastUsedAt ? [' '] : []),
          ...(unusedMark(token) ? [unusedMark(token)] : token.lastUsedAt ? [] : ['never']),
        ),
        detail && token.status === 'revoked' ? fact('Revoked', exactTime(token.revokedAt), ', ', detail) : undefined,
        token.replaces ? fact('Replaces', ...other(token.replaces)) : undefined,
        token.replacedBy ? fact('Replaced by', ...other(token.replacedBy)) : undefined,
      ),
    );
  }

  function showUsage(used) {
    render(usage, used.days, () => {
      const open = usage.querySelector('details')?.open;
      const focused = usage.contains(document.activeElement) ? document.activeElement.dataset.days : undefined;
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
      );
      usage.querySelector('details').open = Boolean(open);
      usage.querySelector(`[data-days="${focused}"]`)?.focus();
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
    try {
      showUsage(await api.getTokenUsage(workspace.id, tokenId, days, signal));
    } catch (failure) {
      if (!signal.aborted && !page.fatal(failure)) {
        stale.textContent = '';
        usage.append(notice(failure, { retry: () => chooseDays(range) }));
        shown.delete(usage);
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

  /** Shows the token after a change by this page, also its new event. */
  async function changed(token) {
    show(token);
    shown.delete(facts);
    try {
      await refresh();
    } catch {
      // The next refresh shows the event.
    }
  }

  async function edit(token) {
    const { openEditDialog } = await page.load(import('./edit.js'));
    openEditDialog(page, {
      token,
      onChanged: (latest) => {
        toast('Saved.');
        changed(latest);
      },
    });
  }

  async function revoke(token) {
    const { openRevokeDialog } = await page.load(import('./revoke.js'));
    openRevokeDialog(page, {
      token,
      onChanged: (latest, revoked) => {
        if (revoked) {
          toast('Revoked ', element('strong', {}, nameOf(latest)), '.');
          changed(latest);
          content.querySelector('h1').focus();
        } else {
          show(latest);
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
