// Relative times such as "3 minutes ago", with the exact time in the user's locale on hover.

import { now } from './api.js';
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

/** Returns a `<time>` element that {@link refreshTimes} keeps up to date. */
export function time(instant) {
  return element(
    'time',
    { datetime: instant, title: EXACT.format(new Date(instant)) },
    ago(instant),
  );
}

/** Updates all times in the element. */
export function refreshTimes(root) {
  for (const node of root.querySelectorAll('time')) {
    const text = ago(node.dateTime);
    if (node.textContent !== text) {
      node.textContent = text;
    }
  }
}

/** Returns how long ago the instant is, or its date if that is more than four weeks. */
export function ago(instant) {
  const date = new Date(instant);
  // The server's time is known only to the second.
  let amount = Math.max(0, now() - date.getTime()) / 1000;
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

/** Returns true if the instant is within the last 24 hours. */
export function isRecent(instant) {
  return now() - new Date(instant).getTime() < 24 * 3600 * 1000;
}
