// Sign-in: first the email address, then the code that was sent to it.

import * as api from './api.js';
import { element, logo } from './dom.js';
import { countDown, notice } from './failures.js';
import { field, onSubmit } from './forms.js';

const RESEND_AFTER_SECONDS = 30;

/**
 * Shows the sign-in in `root`.
 *
 * @param {HTMLElement} root
 * @param {{reason?: string, email?: string, onSignedIn: (session: api.Session) => void}} options
 */
export function showSignIn(root, { reason, email = '', onSignedIn }) {
  const card = element('div', { class: 'card sign-in-card' });
  root.replaceChildren(
    element(
      'main',
      { class: 'sign-in' },
      element('p', { class: 'brand' }, logo(), element('span', {}, 'Adraa Inbox')),
      card,
      element('p', { class: 'sign-in-foot' }, 'You sign in with a code sent by email. There are no passwords.'),
    ),
  );
  const askForEmail = (prefilled) =>
    emailStep(card, { reason, email: prefilled, onSent: askForCode });
  const askForCode = (sentTo) =>
    codeStep(card, { email: sentTo, onSignedIn, onChangeEmail: () => askForEmail(sentTo) });
  askForEmail(email);
}

function emailStep(card, { reason, email, onSent }) {
  const input = field('Email', {
    type: 'email',
    name: 'email',
    autocomplete: 'email',
    inputmode: 'email',
    autocapitalize: 'none',
    required: true,
    value: email,
    placeholder: 'you@company.com',
  });
  const button = element('button', { class: 'button button-primary button-wide' }, 'Send code');
  const problem = element('div', { class: 'problem' });
  const form = step(
    card,
    'Sign in',
    'Enter your email address. We send you a code to sign in with.',
    reason ? element('p', { class: 'notice notice-info', role: 'status' }, reason) : undefined,
    [input.root, button, problem],
  );
  onSubmit({ form, button, problem, fields: [input] }, async () => {
    const address = input.input.value.trim();
    if (!address) {
      input.setError('Enter your email address.');
      return;
    }
    await api.requestSignInCode(address);
    onSent(address);
  });
  input.input.focus();
}

function codeStep(card, { email, onSignedIn, onChangeEmail }) {
  const code = field('Code', {
    class: 'input input-code',
    name: 'code',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    required: true,
    placeholder: '000000',
  });
  const button = element('button', { class: 'button button-primary button-wide' }, 'Sign in');
  const problem = element('div', { class: 'problem' });
  const resend = element('button', { type: 'button', class: 'link' });
  const sent = element('p', { class: 'hint', role: 'status' });
  const change = element(
    'button',
    { type: 'button', class: 'link', onclick: onChangeEmail },
    'Change email',
  );
  const intro = element(
    'span',
    {},
    'If ',
    element('strong', { class: 'breakable' }, email),
    ' belongs to an agent, we have sent a 6-digit code to it. The code works once, within 10 minutes.',
  );
  const form = step(card, 'Check your email', intro, undefined, [
    code.root,
    button,
    problem,
    element('div', { class: 'sign-in-links' }, resend, change),
    sent,
  ]);

  const waitToResend = () =>
    countDown(resend, RESEND_AFTER_SECONDS, (s) => `Send a new code in ${s} s`, 'Send a new code');
  resend.addEventListener('click', async () => {
    resend.disabled = true;
    problem.replaceChildren();
    try {
      await api.requestSignInCode(email);
      sent.textContent = 'We have sent a new code. The previous code no longer works.';
      code.setError('');
      code.input.value = '';
      waitToResend();
    } catch (failure) {
      resend.disabled = false;
      problem.replaceChildren(notice(failure, { retry: () => resend.click() }));
    }
    code.input.focus();
  });

  let tried = '';
  const read = (event) => {
    // Until the end of a composition the text belongs to the input method.
    if (event.isComposing) {
      return;
    }
    const digits = codeIn(code.input.value);
    if (digits !== code.input.value) {
      code.input.value = digits;
    }
    if (isCode(digits) && digits !== tried && !button.disabled) {
      form.requestSubmit();
    }
  };
  code.input.addEventListener('input', read);
  code.input.addEventListener('compositionend', read);
  onSubmit({ form, button, problem, fields: [code] }, async () => {
    const digits = codeIn(code.input.value);
    tried = digits;
    sent.textContent = '';
    if (!isCode(digits)) {
      code.setError('Enter the 6 digits from the email.');
      return;
    }
    try {
      onSignedIn(await api.signIn(email, digits));
    } catch (failure) {
      if (failure.code !== 'INVALID_SIGN_IN_CODE') {
        throw failure;
      }
      code.setError('This code is wrong, used or expired. Use the code from the latest email.');
      code.input.select();
    }
  });
  waitToResend();
  code.input.focus();
}

const isCode = (text) => /^[0-9]{6}$/.test(text);

/**
 * Returns the code in a text that was typed or pasted, such as "042 117" or a sentence of the email,
 * in the digits of any script. Returns the text itself if it does not contain exactly one code.
 */
function codeIn(text) {
  const latin = text.normalize('NFKC').replace(/\p{Nd}/gu, latinDigit);
  const spaced = latin.replace(/(?<=[0-9])[\s-](?=[0-9])/g, '');
  for (const candidate of [latin, spaced]) {
    const codes = new Set(candidate.match(/(?<![0-9])[0-9]{6}(?![0-9])/g));
    if (codes.size === 1) {
      return [...codes][0];
    }
  }
  return /^[0-9\s-]*$/.test(latin) ? latin.replace(/[^0-9]/g, '') : text;
}

/** Returns the digit 0 to 9 of a digit in any script. Unicode orders each script's ten digits. */
function latinDigit(digit) {
  const code = digit.codePointAt(0);
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) {
    zero--;
  }
  return String((code - zero) % 10);
}

/** Shows a step of the sign-in: a heading, an introduction and a form. */
function step(card, title, intro, before, children) {
  const form = element('form', { class: 'stack', novalidate: true }, ...children);
  card.replaceChildren(
    element('h1', {}, title),
    element('p', { class: 'lead' }, intro),
    ...(before ? [before] : []),
    form,
  );
  document.title = `${title} · Adraa Inbox`;
  return form;
}
