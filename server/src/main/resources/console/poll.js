// Keeps a page up to date while somebody can see it.

import { ApiFailure } from './api.js';

const AT_ONCE_AFTER_MILLIS = 2_000;
// A request is a use of the session. A console that nobody touches must not keep its session alive.
const IDLE_AFTER_MILLIS = 30 * 60_000;

let touched = Date.now();
const onTouch = () => {
  touched = Date.now();
};
for (const type of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'focus']) {
  // Without capture: the focus of the window counts, not that of an element that a refresh restored.
  addEventListener(type, onTouch, { passive: true });
}

/**
 * Runs `work` every `seconds` while the page is visible, and at once when the page becomes visible or
 * gets the focus. Pauses when nobody has touched the page for half an hour. Stops when `signal` is
 * aborted. One run at a time. After a failure, waits as long as the server asks. `onStale` is called
 * with whether the last run failed.
 *
 * @param {number} seconds
 * @param {() => Promise<void>} work
 * @param {AbortSignal} signal
 * @param {(stale: boolean) => void} onStale
 */
export function poll(seconds, work, signal, onStale = () => {}) {
  let running = false;
  let ended = Date.now();
  let notBefore = 0;
  const run = async (afterMillis) => {
    const due = Date.now() >= Math.max(ended + afterMillis, notBefore);
    const idle = Date.now() - touched > IDLE_AFTER_MILLIS;
    if (running || !due || idle || document.visibilityState !== 'visible') {
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
      notBefore = ended + (failed?.retryAfter ?? 0) * 1000;
      onStale(Boolean(failed));
    }
  };
  const timer = setInterval(() => run(seconds * 1000), 500);
  const now = () => run(AT_ONCE_AFTER_MILLIS);
  document.addEventListener('visibilitychange', now, { signal });
  addEventListener('focus', now, { signal });
  signal.addEventListener('abort', () => clearInterval(timer));
}
