// Times relative to the server's clock, such as "3 minutes ago", with the exact time on hover.

import { now } from './api.js';
import { element } from './dom.js';

const STEPS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 28],
];
// The console is in English, so its dates are too. This form is read alike everywhere.
const LOCALE = 'en-GB';
const RELATIVE = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'always' });
const EXACT = new Intl.DateTimeFormat(LOCALE, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const DATE = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });
const NUMBER = new Intl.NumberFormat(LOCALE);

/** Formats a count, such as "1,250". */
export function number(value) {
  return NUMBER.format(value);
}

/** Formats a point in time to the second, in the browser's time zone. */
export function exact(instant) {
  return EXACT.format(new Date(instant));
}

/**
 * Returns a `<time>` element that {@link refreshTimes} keeps up to date. It shows times of less than
 * 45 seconds ago as "just now" or, with `seconds`, exactly.
 */
export function time(instant, { seconds = false } = {}) {
  return element(
    'time',
    { datetime: instant, title: exact(instant), 'data-seconds': seconds },
    ago(instant, seconds),
  );
}

/** Returns a `<time>` element with the exact time. */
export function exactTime(instant) {
  return element('time', { datetime: instant, 'data-exact': true }, exact(instant));
}

/** Updates all relative times in the element. */
export function refreshTimes(root) {
  for (const node of root.querySelectorAll('time:not([data-exact])')) {
    const text = ago(node.dateTime, 'seconds' in node.dataset);
    if (node.textContent !== text) {
      node.textContent = text;
    }
  }
}

/** Returns how far away the instant is, or its date if that is more than four weeks. */
function ago(instant, seconds) {
  const date = new Date(instant);
  const millis = date.getTime() - now();
  const future = millis > 0;
  let amount = Math.abs(millis) / 1000;
  // The server's time is known only to the second.
  if (amount < (seconds ? 2 : 45)) {
    return 'just now';
  }
  for (const [unit, size] of STEPS) {
    if (amount < size && (unit !== 'second' || seconds)) {
      return RELATIVE.format((future ? 1 : -1) * Math.max(1, Math.floor(amount)), unit);
    }
    amount /= size;
  }
  return future ? `on ${DATE.format(date)}` : DATE.format(date);
}

/** Returns true if the instant is less than this many hours ago. */
export function isWithinHours(instant, hours) {
  return now() - Date.parse(instant) < hours * 3_600_000;
}

/** Returns the server's time plus some days. */
export function inDays(days) {
  return new Date(now() + days * 24 * 3_600_000);
}
