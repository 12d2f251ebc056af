// A chart of the requests per day, which is a table for screen readers.

import { element, svg } from './dom.js';
import { number } from './times.js';

const HEIGHT = 100;
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const FULL_DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' });

/**
 * Returns the chart.
 *
 * @param {import('./api.js').DailyRequests[]} days oldest first
 */
export function usageChart(days) {
  const sum = days.reduce((total, { requests }) => total + requests, 0);
  const most = Math.max(...days.map(({ requests }) => requests));
  const top = ceiling(most);
  const bars = days.map(({ date, requests }, index) => {
    // A day with one request is visible beside a day with a million.
    const height = requests === 0 ? 0 : Math.max(1.5, (requests / top) * HEIGHT);
    return svg(
      'g',
      {},
      svg('title', {}, `${FULL_DAY.format(new Date(date))}: ${requestsText(requests)}`),
      // The whole column shows the day's count on hover.
      svg('rect', { class: 'chart-day', x: index, y: 0, width: 1, height: HEIGHT }),
      svg('rect', { class: 'chart-bar', x: index + 0.12, y: HEIGHT - height, width: 0.76, height }),
    );
  });
  const line = (y) => svg('line', { class: 'chart-line', x1: 0, x2: days.length, y1: y, y2: y });
  const day = (index) => element('span', {}, DAY.format(new Date(days[index].date)));
  return element(
    'figure',
    { class: 'usage' },
    element(
      'figcaption',
      {},
      element('strong', {}, requestsText(sum)),
      ` in ${days.length} days${sum > 0 ? `, at most ${number(most)} on a day` : ''}. Days are UTC.`,
    ),
    // Screen readers read the table.
    element(
      'div',
      { 'aria-hidden': 'true' },
      element('div', { class: 'chart-top' }, number(top)),
      svg(
        'svg',
        { class: 'chart', viewBox: `0 0 ${days.length} ${HEIGHT}`, preserveAspectRatio: 'none' },
        ...[0, HEIGHT / 2, HEIGHT].map(line),
        ...bars,
      ),
      element('div', { class: 'chart-days' }, day(0), day(Math.floor(days.length / 2)), day(days.length - 1)),
    ),
    table(days),
  );
}

function table(days) {
  return element(
    'details',
    { class: 'usage-table' },
    element('summary', {}, 'Show as a table'),
    element(
      'table',
      {},
      element(
        'caption',
        { class: 'visually-hidden' },
        'Requests per day',
      ),
      element(
        'thead',
        {},
        element('tr', {}, element('th', { scope: 'col' }, 'Day'), element('th', { scope: 'col' }, 'Requests')),
      ),
      element(
        'tbody',
        {},
        ...days
          .toReversed()
          .map(({ date, requests }) =>
            element('tr', {}, element('th', { scope: 'row' }, date), element('td', {}, number(requests))),
          ),
      ),
    ),
  );
}

function requestsText(count) {
  return `${number(count)} ${count === 1 ? 'request' : 'requests'}`;
}

/** Returns the smallest of 10, 20, 50, 100, 200, … that is not less than the value. */
function ceiling(value) {
  for (let power = 10; ; power *= 10) {
    for (const factor of [1, 2, 5]) {
      if (power * factor >= value) {
        return power * factor;
      }
    }
  }
}
