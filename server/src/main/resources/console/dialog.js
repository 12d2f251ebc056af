// A modal dialog.

import { element } from './dom.js';

/**
 * Creates a modal dialog. Escape and the system's back gesture close it only if `mayClose()` is
 * true, a click outside it only if `mayClose('outside')` is true.
 */
export function openDialog({ mayClose, onClose, focusAfter, wide = false }) {
  let closed = false;
  const node = element('dialog', {
    class: wide ? 'dialog dialog-wide' : 'dialog',
    'aria-labelledby': 'dialog-title',
    closedby: 'none',
  });
  // `stays`: it holds a secret that is not stored yet, or waits for a response.
  const dialog = { close, show, stays: false };
  function close() {
    if (!closed) {
      closed = true;
      document.removeEventListener('keydown', onKey);
      onClose?.();
      node.close();
      node.replaceChildren();
      node.remove();
      if (document.activeElement === document.body) {
        focusAfter?.()?.focus();
      }
      // The page may have changed below the dialog.
      if (document.activeElement === document.body) {
        document.querySelector('h1')?.focus();
      }
    }
  }
  const attempt = (event) => {
    event.preventDefault();
    if (mayClose()) {
      close();
    }
  };
  node.addEventListener('cancel', attempt);
  // Not only in the dialog: while a request runs, the focus is lost with the disabled button.
  const onKey = (event) => event.key === 'Escape' && !event.isComposing && attempt(event);
  document.addEventListener('keydown', onKey);
  node.addEventListener('pointerdown', (event) => {
    const box = node.getBoundingClientRect();
    const outside =
      event.target === node &&
      (event.clientX < box.left ||
        event.clientX > box.right ||
        event.clientY < box.top ||
        event.clientY > box.bottom);
    if (outside && mayClose('outside')) {
      event.preventDefault();
      close();
    }
  });
  // Browsers close a dialog at the second Escape in a row even if the page prevents it.
  node.addEventListener('close', () => {
    if (!closed) {
      node.showModal();
    }
  });
  // A dialog closes with its page, unless something would be lost.
  node.addEventListener('leave', () => !dialog.stays && close());
  function show(...children) {
    node.replaceChildren(...children);
    if (node.open) {
      node.querySelector('[autofocus]')?.focus();
    } else {
      document.body.append(node);
      node.showModal();
    }
  }
  return dialog;
}

/** Returns a dialog's heading. */
export function title(...text) {
  return element('h2', { id: 'dialog-title', tabindex: -1 }, ...text);
}
