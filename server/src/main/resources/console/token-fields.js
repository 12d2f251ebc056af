// The fields of the forms that create, edit and replace a token.

import * as api from './api.js';
import { element } from './dom.js';
import { counter, field } from './forms.js';
import { exact, inDays } from './times.js';

const NAME_MAX = 100;
const DESCRIPTION_MAX = 500;
const LOOK_FOR_NAME_AFTER_MILLIS = 400;

/**
 * Returns the fields of a form for a token.
 *
 * @param {object} page the page that shows the form
 * @param {{
 *   values?: {name?: string, description?: string, expiry?: object},
 *   nameHint?: string,
 *   exceptId?: string,
 *   expiry?: object,
 * }} options `exceptId` is the token that may have the same name, `expiry` the options of its field
 */
export function tokenFields(page, { values = {}, nameHint, exceptId, expiry: options } = {}) {
  const name = nameField(page, { value: values.name, exceptId, hint: nameHint });
  const description = descriptionField(values.description);
  const expiry = expiryField({ ...options, value: values.expiry });
  const all = [name, description, expiry];
  return {
    name,
    description,
    expiry,
    all,
    roots: all.map(({ root }) => root),
    /** Returns what to pass as `values` to show the same again. */
    state: () => ({
      name: name.input.value,
      description: description.input.value,
      expiry: expiry.state(),
    }),
  };
}

/** Returns the field for a name. It says if another active token already has the name. */
function nameField(page, { value = '', exceptId, hint }) {
  const { count, show } = counter(NAME_MAX);
  const name = field(
    'Name',
    {
      name: 'name',
      required: true,
      autocomplete: 'off',
      autofocus: true,
      value,
      placeholder: 'CRM integration',
    },
    hint,
    { aside: count },
  );
  const taken = element('p', { class: 'hint name-taken', role: 'status' });
  name.root.append(taken);
  let timer;
  const look = async () => {
    const text = name.input.value.trim();
    taken.textContent = '';
    // Not a secret that was pasted here by mistake: URLs are often logged.
    if (!text || [...text].length > NAME_MAX || /adraa_/i.test(text)) {
      return;
    }
    try {
      const query = { query: text, status: 'active', limit: 100 };
      const { tokens } = await api.listTokens(page.workspace.id, query, page.signal);
      const other = tokens.find((token) => token.id !== exceptId && isSame(token.name, text));
      if (other && name.input.value.trim() === text) {
        taken.textContent = `Another active token, ${other.prefix}…, already has this name. A different name makes it clear which one to revoke later.`;
      }
    } catch (failure) {
      // Only a hint: submitting the form reports what is wrong.
      if (!(failure instanceof api.ApiFailure) && !page.signal.aborted) {
        throw failure;
      }
    }
  };
  name.input.addEventListener('input', () => {
    show(name.input.value);
    clearTimeout(timer);
    timer = setTimeout(look, LOOK_FOR_NAME_AFTER_MILLIS);
  });
  show(value);
  return name;
}

function isSame(name, text) {
  return name.normalize().toLowerCase() === text.normalize().toLowerCase();
}

/** Returns the day of an instant where the admin is, as year, month and day. */
function dateOf(instant) {
  const two = (value) => String(value).padStart(2, '0');
  return `${instant.getFullYear()}-${two(instant.getMonth() + 1)}-${two(instant.getDate())}`;
}

/** Returns the field for a description. */
function descriptionField(value = '') {
  const { count, show } = counter(DESCRIPTION_MAX);
  const description = field(
    'Description (optional)',
    { name: 'description', autocomplete: 'off', value, placeholder: 'Asked for by Bob, stored in the vault' },
    undefined,
    { aside: count },
  );
  description.input.addEventListener('input', () => show(description.input.value));
  show(value);
  return description;
}

/**
 * Returns the field for an expiry.
 *
 * @param {{name?: string, label?: string, never?: string, current?: string,
 *     choices?: [number, string][], value?: {choice: string, date: string}}} options `current` is the
 *     expiry of a token that is edited; `never` is the label of "no expiry"
 */
export function expiryField({
  name = 'expiresAt',
  label = 'Expires',
  never = 'Never',
  current,
  choices = [
    [30, 'In 30 days'],
    [90, 'In 90 days'],
    [365, 'In 1 year'],
  ],
  value: { choice, date: day } = { choice: current ? 'keep' : 'never', date: '' },
} = {}) {
  const expiry = field(label, { name }, undefined, {
    options: [
      ...(current ? [['keep', `As now: ${exact(current)}`]] : []),
      ['never', never],
      ...choices.map(([days, text]) => [String(days), text]),
      ['date', 'On a date…'],
    ],
  });
  const select = expiry.input;
  const date = element('input', {
    type: 'date',
    class: 'input',
    'aria-label': `${label}: date`,
    min: dateOf(inDays(0)),
    max: '9999-12-31',
    value: day,
  });
  const says = element('p', { class: 'hint', role: 'status' });
  select.after(date, says);
  select.value = choice;
  const chosen = () => {
    if (select.value === 'date') {
      // The end of the day where the admin is.
      const end = new Date(`${date.value}T23:59:59.999`);
      return Number.isNaN(end.getTime()) ? undefined : end;
    }
    return Number(select.value) > 0 ? inDays(Number(select.value)) : undefined;
  };
  const show = () => {
    date.hidden = select.value !== 'date';
    expiry.setError('');
    const at = chosen();
    says.textContent = at ? exact(at) : '';
  };
  select.addEventListener('change', () => {
    show();
    if (!date.hidden) {
      date.focus();
    }
  });
  date.addEventListener('input', show);
  show();
  return {
    ...expiry,
    /** Returns whether a choice was made, and says so if not. */
    isComplete() {
      if (select.value === 'date' && !chosen()) {
        expiry.setError('Choose a date.');
        date.focus();
        return false;
      }
      return true;
    },
    isKept: () => select.value === 'keep',
    /** Returns the chosen time, or undefined for "never". */
    read: () => chosen()?.toISOString(),
    /** Returns what to pass as `value` to show the same choice again. */
    state: () => ({ choice: select.value, date: date.value }),
  };
}
