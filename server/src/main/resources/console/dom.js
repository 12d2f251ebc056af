// Builds the page from elements and text nodes only, so that data never becomes markup.

const SVG = 'http://www.w3.org/2000/svg';

const ICONS = {
  activity: ['M3 12h4l3-8 4 16 3-8h4'],
  alert: ['M12 8v5', 'M12 16.5v.01', 'M10.3 4 2.6 17.5A2 2 0 0 0 4.3 20.5h15.4a2 2 0 0 0 1.7-3L13.7 4a2 2 0 0 0-3.4 0Z'],
  arrow: ['M5 12h14', 'm13 6 6 6-6 6'],
  check: ['m5 12.5 4.5 4.5L19 7.5'],
  copy: ['M9 9h9.5A1.5 1.5 0 0 1 20 10.5V20a1.5 1.5 0 0 1-1.5 1.5H9A1.5 1.5 0 0 1 7.5 20v-9.5A1.5 1.5 0 0 1 9 9Z', 'M4.5 15.5A1.5 1.5 0 0 1 3.5 14V4.5A1.5 1.5 0 0 1 5 3h9a1.5 1.5 0 0 1 1.5 1'],
  download: ['M12 4v11', 'm7 10.5 5 5 5-5', 'M4.5 20h15'],
  edit: ['M4 20l1-4.5L16 4.5a1.8 1.8 0 0 1 2.5 0l1 1a1.8 1.8 0 0 1 0 2.5L8.5 19Z', 'M14 6.5 17.5 10'],
  key: ['M14.5 9.5a5 5 0 1 0-4.2 4.9l1.7 1.7h2.2v2.2h2.2v2.2h4v-3.6L14.3 11a5 5 0 0 0 .2-1.5Z', 'M8.5 8.5v.01'],
  lock: ['M6 11h12a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 18 21H6a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 6 11Z', 'M8 11V7.5a4 4 0 0 1 8 0V11'],
  plus: ['M12 5v14', 'M5 12h14'],
  replace: ['M4 11a8 8 0 0 1 14-4.5L20 8.5', 'M20 4v4.5h-4.5', 'M20 13a8 8 0 0 1-14 4.5L4 15.5', 'M4 20v-4.5h4.5'],
  search: ['M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z', 'm15.5 15.5 5 5'],
  shield: ['M12 3 4.5 6v5.5c0 4.5 3.2 8.2 7.5 9.5 4.3-1.3 7.5-5 7.5-9.5V6Z', 'm9 12 2.2 2.2L15.2 10'],
  pieces: ['M4 4h7v7H4Z', 'M13 13h7v7h-7Z', 'M4 13h7v7H4Z', 'M16.5 4v7', 'M13 7.5h7'],
};

/**
 * Creates an element. Attributes that are undefined, null or false are left out. Functions, such as
 * `onclick`, become event listeners.
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (typeof value === 'function') {
      node.addEventListener(name.slice(2), value);
    } else {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

/** Creates an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Creates a decorative icon. Text next to it always says the same. */
export function icon(name) {
  return svg(
    'svg',
    { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' },
    ...ICONS[name].map((d) => svg('path', { d })),
  );
}

/** Returns the product's logo, which is also the icon of the browser tab. */
export function logo() {
  const src = new URL('./icon.svg', import.meta.url);
  return element('img', { src, alt: '', width: 32, height: 32 });
}

/** Creates text for screen readers only. */
export function hidden(text) {
  return element('span', { class: 'visually-hidden' }, text);
}

/** Creates the heading of a page, which is focused when the page is opened. */
export function heading(...text) {
  return element('h1', { tabindex: -1 }, ...text);
}

/** Creates the name of a token, which people choose in any script and length. */
export function nameOf(token) {
  return element('span', { class: 'breakable', dir: 'auto' }, token.name);
}

/** Shows for a few seconds that something was done. */
export function toast(...message) {
  show(6000, 'check', message);
}

/** Shows for a while that something failed on a page that is left already. */
export function warn(...message) {
  show(20_000, 'alert', message);
}

function show(millis, iconName, message) {
  const note = element('p', { class: 'toast' }, icon(iconName), element('span', {}, ...message));
  document.getElementById('toasts').append(note);
  setTimeout(() => note.remove(), millis);
}

/** Changes a text. Screen readers read a live region again even if the same text is set. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Lets the browser ask before it leaves the page, until the returned function is called. */
export function askBeforeLeaving() {
  const ask = (event) => event.preventDefault();
  addEventListener('beforeunload', ask);
  return () => removeEventListener('beforeunload', ask);
}

/** Removes all messages, which may name a token. */
export function clearToasts() {
  document.getElementById('toasts').replaceChildren();
}

export function isDialogOpen() {
  return document.querySelector('dialog') !== null;
}

/** Closes every dialog, except one that holds a secret or waits for a response. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll('dialog')) {
    dialog.dispatchEvent(new Event('leave'));
  }
}
