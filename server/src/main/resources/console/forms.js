// Forms: a labelled field, a busy button and submitting.

import { ApiFailure } from './api.js';
import { element, icon } from './dom.js';
import { notice, sentence } from './failures.js';

/** Marks a button as busy and disables it, so that it cannot be pressed twice. */
function setBusy(button, busy) {
  button.disabled = busy;
  button.toggleAttribute('data-busy', busy);
}

let fields = 0;

/**
 * Returns a labelled control, by default an input, with a hint and a place for an error.
 *
 * @returns {{root: HTMLElement, input: HTMLInputElement, setError: (text: string) => void}}
 */
export function field(label, attributes, hint, { aside, options } = {}) {
  const id = `field-${++fields}`;
  const error = element('p', { class: 'field-error', id: `${id}-error`, role: 'alert' });
  const input = element(
    options ? 'select' : 'input',
    {
      id,
      class: 'input',
      'aria-describedby': `${hint ? `${id}-hint ` : ''}${id}-error`,
      spellcheck: options ? undefined : 'false',
      ...attributes,
    },
    ...(options ?? []).map(([value, text]) => element('option', { value }, text)),
  );
  const root = element(
    'div',
    { class: 'field' },
    element('div', { class: 'field-head' }, element('label', { for: id }, label), aside),
    input,
    error,
    hint ? element('p', { class: 'hint', id: `${id}-hint` }, hint) : undefined,
  );
  const setError = (text) => {
    error.replaceChildren(...(text ? [icon('alert'), element('span', {}, text)] : []));
    if (text) {
      input.setAttribute('aria-invalid', 'true');
      input.focus();
    } else {
      input.removeAttribute('aria-invalid');
    }
  };
  // What was wrong is no longer there.
  input.addEventListener('input', () => input.hasAttribute('aria-invalid') && setError(''));
  return { root, input, setError };
}

/** Shows how much of its limit a text uses, near the limit and beyond it. */
export function counter(limit) {
  const count = element('span', { class: 'count', 'aria-hidden': 'true' });
  const show = (text) => {
    const length = [...text.trim()].length;
    count.textContent = length > limit - 20 ? `${length} of ${limit}` : '';
    count.classList.toggle('count-over', length > limit);
  };
  return { count, show };
}

/**
 * Runs `work` when the form is submitted, one run at a time. A failure that concerns a field is
 * shown at the field, any other failure in `problem`. `remedy` may return options for the notice,
 * such as another button than `Try again`.
 *
 * @param {{form: HTMLFormElement, button: HTMLButtonElement, problem: HTMLElement, fields?: object[]}} parts
 * @param {() => Promise<void>} work
 * @param {(failure: ApiFailure) => object | undefined} remedy
 */
export function onSubmit({ form, button, problem, fields: all = [] }, work, remedy = () => undefined) {
  let running = false;
  let waiting = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (running || waiting) {
      return;
    }
    running = true;
    const focused = document.activeElement;
    setBusy(button, true);
    all.forEach((one) => one.setError(''));
    problem.replaceChildren();
    try {
      await work();
    } catch (failure) {
      if (!(failure instanceof ApiFailure)) {
        throw failure;
      }
      const wrong = all.filter((one) =>
        failure.details.some(({ field: name }) => name === one.input.name),
      );
      // The first of them is focused last.
      for (const one of wrong.reverse()) {
        const detail = failure.details.find(({ field: name }) => name === one.input.name);
        one.setError(sentence(detail.field, detail.message));
      }
      if (wrong.length === 0) {
        const onWait = (wait) => {
          waiting = wait;
          button.disabled = wait;
        };
        const again = { retry: () => form.requestSubmit(), onWait };
        problem.replaceChildren(notice(failure, { ...again, ...remedy(failure) }));
      }
    } finally {
      running = false;
      setBusy(button, false);
      button.disabled = waiting;
      // A disabled button loses the focus.
      if (document.activeElement === document.body) {
        focused.focus();
      }
    }
  });
}
