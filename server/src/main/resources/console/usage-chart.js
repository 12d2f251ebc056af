// A chart of the requests per day, which is a table for screen readers.

import { element, svg } from './dom.js';
import { number } from './times.js';

const WIDTH = 720;
const HEIGHT = 160;
const AXIS = 20;
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
  const step = WIDTH / days.length;
  const bars = days.map(({ date, requests }, index) => {
    // A day with one request is visible beside a day with a million.
    const height = requests === 0 ? 0 : Math.max(2, (requests / top) * HEIGHT);
    return svg(
      'g',
      {},
      svg('title', {}, `${FULL_DAY.format(new Date(date))}: ${requestsText(requests)}`),
      // The whole column shows the day's count on hover.
      svg('rect', { class: 'chart-day', x: index * step, y: 0, width: step, height: HEIGHT }),
      svg('rect', {
        class: 'chart-bar',
        x: index * step + step * 0.12,
        y: HEIGHT - height,
        width: step * 0.76,
        height,
        rx: Math.min(2, step * 0.2),
      }),
    );
  });
  const label = (index, anchor, x) =>
    svg(
      'text',
      { class: 'chart-label', x, y: HEIGHT + AXIS - 4, 'text-anchor': anchor },
      DAY.format(new Date(days[index].date)),
    );
  const middle = Math.floor(days.length / 2);
  const chart = svg(
    'svg',
    { class: 'chart', viewBox: `0 -14 ${WIDTH} ${HEIGHT + AXIS + 14}`, 'aria-hidden': 'true' },
    svg('line', { class: 'chart-line', x1: 0, x2: WIDTH, y1: 0, y2: 0 }),
    svg('line', { class: 'chart-line', x1: 0, x2: WIDTH, y1: HEIGHT / 2, y2: HEIGHT / 2 }),
    svg('line', { class: 'chart-base', x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }),
    ...bars,
    svg('text', { class: 'chart-label', x: 0, y: -4 }, number(top)),
    label(0, 'start', 0),
    label(middle, 'middle', (middle + 0.5) * step),
    label(days.length - 1, 'end', WIDTH),
  );
  return element(
    'figure',
    { class: 'usage' },
    element(
      'figcaption',
      {},
      element('strong', {}, requestsText(sum)),
      ` in ${days.length} days${sum > 0 ? `, at most ${number(most)} on a day` : ''}. Days are UTC.`,
    ),
    chart,
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
