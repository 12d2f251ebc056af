// Events of the audit trail as a table.

import { element } from './dom.js';
import { exactTime, time } from './times.js';

/** The actions that workspaces have, in the words of the console. */
export const ACTIONS = {
  'token-created': 'Token created',
  'token-changed': 'Token changed',
  'token-replaced': 'Token replaced',
  'token-revoked': 'Token revoked',
  'workspace-created': 'Workspace created',
  'agent-added': 'Member added',
  'agent-removed': 'Member removed',
  'role-changed': 'Role changed',
};
const CHANNELS = { 'command-line': 'on the command line', api: 'with the secret of a token' };

/**
 * Returns an empty table for events.
 *
 * @param {string} label
 * @param {{withToken: boolean}} options whether the events concern several tokens
 */
export function eventTable(label, { withToken }) {
  const heads = ['Time', 'Event', ...(withToken ? ['Token or member'] : []), 'By', 'From'];
  const body = element('tbody');
  const table = element(
    'table',
    { class: withToken ? 'events events-all' : 'events', 'aria-label': label },
    element(
      'thead',
      {},
      element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head))),
    ),
    body,
  );
  return { table, body };
}

/**
 * Returns the row of an event.
 *
 * @param {import('./api.js').AuditEvent} event
 * @param {HTMLElement | string} [subject] what the event concerns, if the table shows it
 */
export function eventRow(event, subject) {
  const cell = (label, ...children) => element('td', { 'data-label': label }, ...children);
  return element(
    'tr',
    {},
    cell('Time', time(event.occurredAt), element('span', { class: 'by' }, exactTime(event.occurredAt))),
    cell(
      'Event',
      element('strong', {}, ACTIONS[event.action] ?? event.action),
      event.detail ? element('span', { class: 'by', dir: 'auto' }, event.detail) : undefined,
    ),
    ...(subject === undefined ? [] : [cell('Token or member', subject)]),
    cell('By', ...who(event)),
    cell('From', event.address ? element('code', {}, event.address) : undefined),
  );
}

function who({ by, channel }) {
  const how = CHANNELS[channel];
  if (!by) {
    return [element('span', {}, how ?? channel)];
  }
  const name = element('span', {}, by);
  return how ? [name, element('span', { class: 'by' }, how)] : [name];
}

/** Returns events as lines of JSON (NDJSON). */
export function lines(events) {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}
