// Times as people read them: "3 minutes ago", with the exact time in the reader's locale on hover.

import { element } from './dom.js';

const STEPS = [
  ['minute', 60],
  ['hour', 60],
  ['day', 24],
  ['week', 7],
];
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** A `<time>` that {@link refreshTimes} keeps true. */
export function time(instant) {
  return element(
    'time',
    { datetime: instant, title: EXACT.format(new Date(instant)) },
    ago(instant),
  );
}

/** Says all times in the element anew. */
export function refreshTimes(root) {
  for (const node of root.querySelectorAll('time')) {
    const text = ago(node.dateTime);
    if (node.textContent !== text) {
      node.textContent = text;
    }
  }
}

/** How long ago, or the date when that is longer than four weeks. */
export function ago(instant) {
  const date = new Date(instant);
  // The reader's clock may be behind the server's.
  let amount = Math.max(0, Date.now() - date.getTime()) / 1000;
  if (amount < 45) {
    return 'just now';
  }
  let unit;
  for (const [name, size] of STEPS) {
    if (unit && amount < size) {
      break;
    }
    amount /= size;
    unit = name;
  }
  return unit === 'week' && amount > 4
    ? DATE.format(date)
    : RELATIVE.format(-Math.max(1, Math.floor(amount)), unit);
}

/** Whether something used it within the last day. */
export function isRecent(instant) {
  return Date.now() - new Date(instant).getTime() < 24 * 3600 * 1000;
}
