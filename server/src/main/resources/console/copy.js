// Texts to copy.

import { element, hidden, icon } from './dom.js';

/**
 * Returns a text in a box with a copy button.
 *
 * @param {Node | string} label
 * @param {HTMLElement} text the element that shows the text
 * @param {() => string} read returns the text to copy
 * @param {string} buttonLabel
 * @param {() => void} [onCopied]
 */
export function copyBox(label, text, read, buttonLabel, onCopied) {
  const button = element('button', { type: 'button', class: 'button copy' });
  const result = whenPressed(button, [icon('copy'), buttonLabel], text, read, onCopied);
  return element(
    'div',
    { class: 'copy-box' },
    element('div', { class: 'copy-label' }, label),
    element('div', { class: 'copy-row' }, element('pre', {}, text), button),
    result,
  );
}

/** Returns a short text, such as an id, with a copy button. */
export function copyLine(name, value, shown = value) {
  const text = element('code', { class: 'breakable' }, shown);
  const button = element('button', { type: 'button', class: 'button button-small button-quiet' });
  const result = whenPressed(button, [icon('copy'), 'Copy', hidden(` ${name}`)], text, () => value);
  return element('div', { class: 'copy-line' }, text, button, result);
}

/** Makes the button copy. Returns the place that says whether that worked. */
function whenPressed(button, content, text, read, onCopied) {
  const said = element('span', { class: 'visually-hidden', role: 'status' });
  const failed = element('p', { class: 'field-error', role: 'alert' });
  button.append(...content);
  let timer;
  button.addEventListener('click', async () => {
    failed.replaceChildren();
    if (await copy(read(), text)) {
      button.replaceChildren(icon('check'), 'Copied');
      button.classList.add('copied');
      said.textContent = 'Copied';
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.replaceChildren(...content);
        button.classList.remove('copied');
        said.textContent = '';
      }, 4000);
      onCopied?.();
    } else {
      failed.replaceChildren(
        icon('alert'),
        element('span', {}, 'Your browser blocked copying. The text is selected; copy it manually.'),
      );
    }
  });
  return element('div', { class: 'copy-result' }, said, failed);
}

/** Copies the text. If the browser does not allow that, selects `node`, which shows the text. */
async function copy(text, node) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https there is no clipboard API, but the older command may work.
    getSelection().selectAllChildren(node);
    const done = document.execCommand('copy');
    if (done) {
      getSelection().removeAllRanges();
    }
    return done;
  }
}
