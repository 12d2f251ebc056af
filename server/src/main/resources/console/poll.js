// Keeps a page up to date while somebody can see it.

import { ApiFailure } from './api.js';

const AT_ONCE_AFTER_MILLIS = 2_000;

/**
 * Runs `work` every `seconds` while the page is visible, and at once when the page becomes visible or
 * gets the focus. Stops when `signal` is aborted. One run at a time. After a failure, waits as long as
 * the server asks. `onStale` is told whether the last run failed.
 *
 * @param {number} seconds
 * @param {() => Promise<void>} work
 * @param {AbortSignal} signal
 * @param {(stale: boolean) => void} onStale
 */
export function poll(seconds, work, signal, onStale = () => {}) {
  let running = false;
  let ended = Date.now();
  let waitMillis = seconds * 1000;
  const run = async (afterMillis) => {
    const due = Date.now() - ended >= Math.max(afterMillis, waitMillis - seconds * 1000);
    if (running || !due || document.visibilityState !== 'visible') {
      return;
    }
    running = true;
    let failed;
    try {
      await work();
    } catch (failure) {
      if (!(failure instanceof ApiFailure) && !signal.aborted) {
        throw failure;
      }
      failed = failure;
    } finally {
      running = false;
      ended = Date.now();
    }
    if (!signal.aborted) {
      waitMillis = Math.max(seconds, failed?.retryAfter ?? 0) * 1000;
      onStale(Boolean(failed));
    }
  };
  const timer = setInterval(() => run(waitMillis), 500);
  const now = () => run(AT_ONCE_AFTER_MILLIS);
  document.addEventListener('visibilitychange', now, { signal });
  addEventListener('focus', now, { signal });
  signal.addEventListener('abort', () => clearInterval(timer));
}
