// The page Settings → API → Activity: what happened in the workspace.

import * as api from './api.js';
import { element, heading, icon, setText, toast } from './dom.js';
import { ACTIONS, eventRow, eventTable, lines } from './events.js';
import { notice } from './failures.js';
import { poll } from './poll.js';
import { number, refreshTimes } from './times.js';
import { tokenLink } from './token-view.js';

const PAGE_SIZE = 100;
const REFRESH_EVERY_SECONDS = 10;
const UPDATE_TIMES_EVERY_MILLIS = 30_000;
// An export leaves the other admins behind the same address their part of the rate limit.
const PAGES_AT_ONCE = 20;
const PAUSE_MILLIS = 1_000;

/**
 * Shows the workspace's events.
 *
 * @param {object} page the page of the settings to show them in
 */
export function showActivity(page) {
  const { content, workspace, signal } = page;
  let filter = filterOfAddress();
  /** @type {Map<string, api.ApiToken>} */
  const tokens = new Map();
  /** The agents that occur in the events, by id. */
  const agents = new Map();
  /** @type {api.AuditEvent[]} */
  let events = [];
  let cursor;
  let loading = new AbortController();
  let isLoading = false;
  let isExporting = false;

  const place = element('div', { class: 'list' });
  const foot = element('div', { class: 'list-foot' });
  const more = element('button', { type: 'button', class: 'button', onclick: load }, 'Load more');
  const said = element('p', { class: 'list-count', role: 'status' });
  const stale = element('p', { class: 'list-stale', role: 'status' });
  const chip = element('div', { class: 'chips' });
  const exporting = element('div', { class: 'export', role: 'status' });
  const exportButton = element(
    'button',
    { type: 'button', class: 'button', onclick: exportEvents },
    icon('download'),
    'Export',
  );
  const action = choice('Event', 'action', [['', 'All events'], ...Object.entries(ACTIONS)]);
  const agent = choice('By', 'agentId', [['', 'Anyone']]);
  const from = date('From', 'from');
  const to = date('To', 'to');
  let list = eventTable('Activity', { withToken: true });
  content.replaceChildren(
    element(
      'div',
      { class: 'content-head' },
      element(
        'div',
        {},
        heading('Activity'),
        element(
          'p',
          { class: 'lead' },
          'What happened to the tokens and members of ',
          element('strong', { class: 'breakable' }, workspace.name),
          ', newest first. Events are never changed or deleted.',
        ),
      ),
      element('div', { class: 'export-head' }, exportButton),
    ),
    exporting,
    element('div', { class: 'filters' }, action.root, agent.root, from.root, to.root),
    chip,
    element('div', { class: 'list-said' }, said, stale),
    place,
    foot,
  );
  const times = setInterval(() => refreshTimes(list.table), UPDATE_TIMES_EVERY_MILLIS);
  signal.addEventListener('abort', () => {
    loading.abort();
    clearInterval(times);
  });
  poll(REFRESH_EVERY_SECONDS, refresh, signal, (failed) => {
    stale.textContent = failed ? 'The list could not be updated. Trying again…' : '';
  });
  restart();

  /** Loads the events of the filter from the newest. */
  async function restart() {
    loading.abort();
    loading = new AbortController();
    events = [];
    cursor = undefined;
    for (const control of [action, agent, from, to]) {
      control.show();
    }
    said.textContent = '';
    foot.replaceChildren();
    chip.replaceChildren();
    place.replaceChildren(element('p', { class: 'lead', role: 'status' }, 'Loading the events…'));
    const run = loading.signal;
    isLoading = true;
    try {
      await loadTokens(run);
      showChip();
      await load();
    } catch (failure) {
      fail(failure, run, restart);
    } finally {
      if (!run.aborted) {
        isLoading = false;
      }
    }
  }

  /** Loads the names of tokens, for the links. Events of older tokens show the token's id. */
  async function loadTokens(run) {
    if (tokens.size === 0) {
      const newest = await api.listTokens(workspace.id, { limit: PAGE_SIZE }, run);
      newest.tokens.forEach((token) => tokens.set(token.id, token));
    }
    if (filter.tokenId && !tokens.has(filter.tokenId)) {
      try {
        tokens.set(filter.tokenId, await api.getToken(workspace.id, filter.tokenId, run));
      } catch (failure) {
        if (failure.code !== 'TOKEN_NOT_FOUND') {
          throw failure;
        }
      }
    }
  }

  async function load() {
    const run = loading.signal;
    more.disabled = true;
    more.toggleAttribute('data-busy', true);
    try {
      const found = await request(query(), cursor, run);
      cursor = found.nextCursor;
      if (events.length === 0) {
        list = eventTable('Activity', { withToken: true });
        place.replaceChildren(found.events.length > 0 ? list.table : nothing());
      }
      events.push(...found.events);
      list.body.append(...found.events.map(row));
      showFoot();
    } catch (failure) {
      fail(failure, run, events.length === 0 ? restart : load);
    } finally {
      more.disabled = false;
      more.removeAttribute('data-busy');
    }
  }

  function request(asked, begin, run) {
    return api.listAuditEvents(workspace.id, { ...asked, limit: PAGE_SIZE, cursor: begin }, run);
  }

  function query() {
    return {
      action: filter.action,
      tokenId: filter.tokenId,
      agentId: filter.agentId,
      since: filter.from && new Date(`${filter.from}T00:00:00`).toISOString(),
      until: filter.to && nextDay(filter.to).toISOString(),
    };
  }

  /** Adds the events that were recorded meanwhile. */
  async function refresh() {
    if (isLoading) {
      return;
    }
    const run = loading.signal;
    try {
      const found = await request(query(), undefined, run);
      const newest = JSON.stringify(events[0]);
      const known = found.events.findIndex((event) => JSON.stringify(event) === newest);
      if (known < 0 && found.events.length > 0) {
        // The list was empty, or a whole page of events is new.
        tokens.clear();
        await restart();
      } else if (known > 0) {
        const added = found.events.slice(0, known);
        if (added.some(({ tokenId }) => tokenId && !tokens.has(tokenId))) {
          tokens.clear();
          await loadTokens(run);
        }
        events.unshift(...added);
        list.body.prepend(...added.map(row));
        showFoot();
      }
    } catch (failure) {
      if (!run.aborted && !page.fatal(failure)) {
        throw failure;
      }
    }
  }

  function fail(failure, run, retry) {
    if (run.aborted || page.fatal(failure)) {
      return;
    }
    if (events.length === 0) {
      place.replaceChildren();
    }
    foot.replaceChildren(
      notice(failure, {
        retry: () => {
          foot.replaceChildren();
          retry();
        },
      }),
    );
  }

  function showFoot() {
    const count = number(events.length);
    setText(said, cursor ? `${count} events shown, more available` : `${count} ${events.length === 1 ? 'event' : 'events'}`);
    foot.replaceChildren(...(cursor ? [more] : []));
    exportButton.disabled = isExporting || events.length === 0;
    for (const { agentId, by } of events) {
      if (agentId && agents.get(agentId) !== (by ?? agentId)) {
        agents.set(agentId, by ?? agentId);
        agent.add(agentId, by ?? agentId);
      }
    }
  }

  function row(event) {
    const { tokenId, member, memberId } = event;
    const known = tokens.get(tokenId);
    const subject = known
      ? tokenLink(page, known)
      : tokenId
        ? element('a', { href: page.paths.token(tokenId) }, element('code', {}, tokenId))
        : element('span', { class: 'breakable' }, member ?? memberId ?? '–');
    return eventRow(event, subject);
  }

  function showChip() {
    if (filter.tokenId) {
      const token = tokens.get(filter.tokenId);
      chip.replaceChildren(
        element(
          'p',
          { class: 'chip' },
          element('span', {}, 'Token: ', token ? tokenLink(page, token) : element('code', {}, filter.tokenId)),
          element(
            'button',
            { type: 'button', class: 'link', onclick: () => go({ ...filter, tokenId: '' }) },
            'Show all tokens',
          ),
        ),
      );
    }
  }

  function nothing() {
    const filtered = Object.values(filter).some(Boolean);
    return element(
      'div',
      { class: 'empty empty-small' },
      element('p', {}, filtered ? 'No events match.' : 'There are no events.'),
      filtered
        ? element(
            'button',
            { type: 'button', class: 'button', onclick: () => go(filterOf(new URLSearchParams())) },
            'Show all events',
          )
        : undefined,
    );
  }

  function go(next) {
    filter = next;
    const parameters = new URLSearchParams(Object.entries(filter).filter(([, value]) => value));
    history.pushState(null, '', parameters.size > 0 ? `${location.pathname}?${parameters}` : location.pathname);
    restart();
  }

  function choice(label, name, options) {
    const control = element(
      'select',
      { class: 'input', onchange: () => go({ ...filter, [name]: control.value }) },
      ...options.map(([value, text]) => element('option', { value }, text)),
    );
    const add = (value, text) => {
      const known = [...control.options].find((option) => option.value === value);
      if (known) {
        known.textContent = text;
      } else {
        control.append(element('option', { value }, text));
      }
    };
    const show = () => {
      if (filter[name] && ![...control.options].some(({ value }) => value === filter[name])) {
        add(filter[name], filter[name]);
      }
      control.value = filter[name];
    };
    return { root: element('label', { class: 'filter' }, element('span', {}, label), control), add, show };
  }

  function date(label, name) {
    const control = element('input', {
      type: 'date',
      class: 'input',
      max: '9999-12-31',
      onchange: () => {
        // While a year is typed, it is first 0002, then 0020 and 0202.
        if (!control.value || control.value >= '2000') {
          go({ ...filter, [name]: control.value });
        }
      },
    });
    const show = () => {
      control.value = filter[name];
    };
    return { root: element('label', { class: 'filter' }, element('span', {}, label), control), show };
  }

  /** Saves all events of the filter as a file with one JSON object per line. */
  async function exportEvents() {
    const stop = new AbortController();
    const run = AbortSignal.any([signal, stop.signal]);
    const text = element('span', {}, 'Exporting…');
    const cancel = element('button', { type: 'button', class: 'button button-small', onclick: () => stop.abort() }, 'Cancel');
    exporting.replaceChildren(
      element('p', { class: 'notice notice-info export-progress' }, element('span', { class: 'spinner', 'aria-hidden': 'true' }), text, cancel),
    );
    exportButton.disabled = true;
    isExporting = true;
    // The filter may change meanwhile.
    const asked = query();
    const parts = [];
    let count = 0;
    let pages = 0;
    let next;
    try {
      do {
        const found = await patiently(() => request(asked, next, run), run, (seconds) => {
          text.textContent = `${number(count)} events. The server asks to wait ${seconds} s…`;
        });
        parts.push(lines(found.events));
        count += found.events.length;
        next = found.nextCursor;
        text.textContent = `${number(count)} events…`;
        if (next && ++pages >= PAGES_AT_ONCE) {
          await pause(PAUSE_MILLIS, run);
        }
      } while (next);
      save(parts);
      exporting.replaceChildren();
      toast(`Exported ${number(count)} ${count === 1 ? 'event' : 'events'}.`);
    } catch (failure) {
      exporting.replaceChildren();
      if (!run.aborted && !page.fatal(failure)) {
        exporting.replaceChildren(notice(failure, { retry: exportEvents, extra: 'Nothing was exported.' }));
      }
    } finally {
      isExporting = false;
      exportButton.disabled = false;
    }
  }

  function save(parts) {
    const url = URL.createObjectURL(new Blob(parts, { type: 'application/x-ndjson' }));
    const today = new Date().toISOString().slice(0, 10);
    element('a', { href: url, download: `${workspace.name}-activity-${today}.ndjson` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}

/** Runs a request again when the server asks to wait. */
async function patiently(work, signal, onWait) {
  for (;;) {
    try {
      return await work();
    } catch (failure) {
      if (!failure.retryAfter) {
        throw failure;
      }
      onWait(failure.retryAfter);
      await pause(failure.retryAfter * 1000, signal);
    }
  }
}

function pause(millis, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, millis);
    signal.addEventListener('abort', reject);
  });
}

function nextDay(day) {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + 1);
  return date;
}

function filterOfAddress() {
  return filterOf(new URLSearchParams(location.search));
}

function filterOf(parameters) {
  const day = (name) => {
    const value = parameters.get(name) ?? '';
    return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)) ? value : '';
  };
  return {
    action: parameters.get('action') ?? '',
    tokenId: parameters.get('tokenId') ?? '',
    agentId: parameters.get('agentId') ?? '',
    from: day('from'),
    to: day('to'),
  };
}
