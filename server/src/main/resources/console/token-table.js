// The table of tokens: a heading that sorts, and one part for each loaded page of the list.

import { element, hidden } from './dom.js';
import { refreshTimes, time } from './times.js';
import { by, statusBadge, statusDetail, tokenLink, unusedMark } from './token-view.js';

/** The order in which the server lists tokens if none is asked for. */
export const NEWEST_FIRST = '-createdAt';
// Each column with the order that its heading selects, and the one that it selects next.
const COLUMNS = [
  ['Name', 'name'],
  ['Token'],
  ['Created', NEWEST_FIRST],
  ['Last used', '-lastUsedAt', 'lastUsedAt'],
  ['Status'],
];

/**
 * Returns an empty table.
 *
 * @param {object} page the page that shows it
 * @param {{
 *   sort: string | undefined,
 *   onSort: (sort: string, label: string) => void,
 *   onRevoke: (token: import('./api.js').ApiToken) => void,
 * }} options without `sort`, the headings do not sort
 */
export function tokenTable(page, { sort, onSort, onRevoke }) {
  /** @type {Map<string, {token: import('./api.js').ApiToken, row: HTMLElement}>} */
  const shown = new Map();
  /** Each loaded page of the list: the cursor at which it begins, and its rows. */
  const parts = [];
  const root = element(
    'table',
    { role: 'table', class: 'tokens', 'aria-label': 'API tokens' },
    element(
      'thead',
      { role: 'rowgroup' },
      element(
        'tr',
        { role: 'row' },
        ...COLUMNS.map(headOf),
        element('th', { role: 'columnheader', scope: 'col' }, hidden('Actions')),
      ),
    ),
  );
  return { root, shown, parts, addPart, fill, rowOf, forget, partsInView, refreshTimesInView };

  function headOf([label, ...orders]) {
    const sorts = sort && orders.length > 0;
    const next = orders[(orders.indexOf(sort) + 1) % orders.length];
    const direction = sort?.startsWith('-') ? 'descending' : 'ascending';
    return element(
      'th',
      {
        role: 'columnheader',
        scope: 'col',
        'data-label': label,
        'aria-sort': orders.includes(sort) ? direction : undefined,
      },
      sorts
        ? element('button', { type: 'button', class: 'sort', onclick: () => onSort(next, label) }, label)
        : label,
    );
  }

  /** Adds an empty part for the page of the list that begins at the cursor. */
  function addPart(cursor) {
    const body = element('tbody', { role: 'rowgroup' });
    // Times of rows outside the viewport are not updated until the rows become visible.
    body.addEventListener('contentvisibilityautostatechange', (event) => {
      if (!event.skipped) {
        refreshTimes(body);
      }
    });
    root.append(body);
    const part = { cursor, body };
    parts.push(part);
    return part;
  }

  /** Makes these tokens the rows of a part. Returns the rows that were in it and are not any more. */
  function fill({ body }, tokens) {
    const rows = tokens.map(rowOf);
    const kept = new Set(rows);
    const left = [...body.children].filter((row) => !kept.has(row));
    left.forEach((row) => row.remove());
    rows.forEach((row, index) => {
      if (body.children[index] !== row) {
        body.insertBefore(row, body.children[index] ?? null);
      }
    });
    return left;
  }

  function forget(row) {
    row.remove();
    shown.delete(row.dataset.id);
  }

  function partsInView() {
    return parts.filter(({ body }) => {
      const box = body.getBoundingClientRect();
      return box.bottom >= 0 && box.top <= innerHeight;
    });
  }

  function refreshTimesInView() {
    for (const { body } of parts) {
      if (body.checkVisibility({ contentVisibilityAuto: true })) {
        refreshTimes(body);
      }
    }
  }

  /** Returns the row of a token, the existing one if it shows the token's current state. */
  function rowOf(token) {
    const known = shown.get(token.id);
    if (known && JSON.stringify(known.token) === JSON.stringify(token)) {
      return known.row;
    }
    const row = tokenRow(page, token, onRevoke);
    shown.set(token.id, { token, row });
    if (known) {
      const focused = known.row.contains(document.activeElement) ? document.activeElement : undefined;
      known.row.replaceWith(row);
      if (focused) {
        const same = row.querySelector(`[data-action="${focused.dataset.action}"]`);
        (same ?? row).focus();
      }
    }
    return row;
  }
}

function tokenRow(page, token, onRevoke) {
  const active = token.status === 'active';
  const cell = (label, ...children) => element('td', { role: 'cell', 'data-label': label }, ...children);
  const below = (...children) => element('span', { class: 'by' }, ...children);
  const detail = statusDetail(token);
  const mark = unusedMark(token);
  return element(
    'tr',
    { role: 'row', class: active ? undefined : 'inactive', 'data-id': token.id, tabindex: -1 },
    element(
      'th',
      { role: 'rowheader', scope: 'row', class: 'name' },
      tokenLink(page, token),
      token.description
        ? element('span', { class: 'description', dir: 'auto' }, token.description)
        : undefined,
    ),
    cell('Token', element('code', { class: 'prefix' }, `${token.prefix}…`)),
    cell('Created', time(token.createdAt), below(by(token.createdBy))),
    cell(
      'Last used',
      token.lastUsedAt ? time(token.lastUsedAt) : mark ?? element('span', { class: 'never' }, 'never'),
      ...(token.lastUsedAt && mark ? [mark] : []),
    ),
    cell('Status', statusBadge(token), detail ? below(detail) : undefined),
    element(
      'td',
      { role: 'cell', class: 'actions' },
      ...(active
        ? [
            element(
              'a',
              { href: page.paths.replace(token.id), class: 'button button-small button-quiet', 'data-action': 'replace' },
              'Replace',
              hidden(` ${token.name}`),
            ),
            element(
              'button',
              {
                type: 'button',
                class: 'button button-small button-quiet-danger',
                'data-action': 'revoke',
                onclick: () => onRevoke(token),
              },
              'Revoke',
              hidden(` ${token.name}`),
            ),
          ]
        : []),
    ),
  );
}
