// The console's frame: who is signed in, which page the address names, and the way between pages.

import * as api from './api.js';
import { closeDialogs } from './dialogs.js';
import { element, icon, toast } from './dom.js';
import { notice, words } from './failures.js';
import { logo, showSignIn } from './sign-in.js';
import { showTokens } from './tokens.js';

const root = document.getElementById('console');

/** @type {api.Session | undefined} */
let session;
/** Ends what the page that is shown has under way. */
let leave = () => {};

const settingsPath = (workspace) => `/app/${encodeURIComponent(workspace)}/settings/api`;

/** Goes to a page of the console; `replace` when the address now is no place to come back to. */
function navigate(path, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  show({ focus: true });
}

async function start() {
  root.replaceChildren(element('p', { class: 'loading', role: 'status' }, 'Loading…'));
  try {
    session = await api.getSession();
    show();
  } catch (failure) {
    if (failure.isSignedOut) {
      const ended = failure.code === 'INVALID_SESSION';
      askToSignIn({ reason: ended ? 'Your session has ended. Sign in to go on.' : undefined });
    } else if (failure instanceof api.ApiFailure) {
      message('The console cannot start', notice(failure, { retry: start }));
    } else {
      throw failure;
    }
  }
}

/** Asks to sign in, and comes back to the page that the address names. */
function askToSignIn({ reason, intent } = {}) {
  // A dialog that closes may read the list again; nothing of the page is to go on after it.
  closeDialogs();
  leave();
  leave = () => {};
  const before = session;
  session = undefined;
  showSignIn(root, {
    reason,
    email: before?.agent.email,
    onSignedIn: (signedIn) => {
      session = signedIn;
      // What one person began, another does not go on with.
      const same = before?.agent.id === signedIn.agent.id;
      show({ focus: true, intent: same ? intent : undefined });
    },
  });
}

/** The session has ended; `intent` is what to go on with after signing in again. */
function onSignedOut(intent) {
  askToSignIn({ reason: 'Your session has ended. Sign in to go on where you were.', intent });
}

/** Shows the page that the address names. */
function show({ focus = false, intent } = {}) {
  leave();
  leave = () => {};
  if (!session) {
    askToSignIn();
    return;
  }
  let parts;
  try {
    parts = location.pathname.split('/').filter(Boolean).slice(1).map(decodeURIComponent);
  } catch {
    parts = ['', ''];
  }
  const [name, ...rest] = parts;
  const { workspaces } = session;
  if (name === undefined) {
    if (workspaces.length === 1) {
      navigate(settingsPath(workspaces[0].name), { replace: true });
    } else {
      chooseWorkspace();
    }
  } else if (!workspaces.some((workspace) => workspace.name === name)) {
    unknownWorkspace(name);
  } else if (rest.length === 0) {
    navigate(settingsPath(name), { replace: true });
  } else if (rest.join('/') === 'settings/api') {
    settings(workspaces.find((workspace) => workspace.name === name), intent);
  } else {
    message('There is no such page', element('p', { class: 'lead' }, link(settingsPath(name), 'Go to Settings → API')));
  }
  if (focus && !intent) {
    root.querySelector('h1')?.focus();
  }
}

function settings(workspace, intent) {
  document.title = `API tokens · ${workspace.name} · Adraa Inbox`;
  const content = element('main', { class: 'content', id: 'content' });
  root.replaceChildren(
    element('a', { class: 'skip', href: '#content', onclick: skip }, 'Skip to the content'),
    header(),
    element(
      'div',
      { class: 'frame' },
      element(
        'nav',
        { class: 'sidebar', 'aria-label': 'Settings' },
        element('p', { class: 'sidebar-title' }, 'Settings'),
        element('p', { class: 'sidebar-section', id: 'section-workspace' }, 'Workspace'),
        element(
          'ul',
          { 'aria-labelledby': 'section-workspace' },
          element(
            'li',
            {},
            element(
              'a',
              { href: settingsPath(workspace.name), 'aria-current': 'page', onclick: follow },
              icon('key'),
              'API',
            ),
          ),
        ),
        element(
          'div',
          { class: 'sidebar-workspace' },
          avatar(workspace.name),
          element('span', { class: 'sidebar-workspace-name', title: workspace.name }, workspace.name),
          session.workspaces.length > 1
            ? element('a', { href: '/app', onclick: follow, class: 'switch' }, 'Switch', hidden(' workspace'))
            : undefined,
        ),
      ),
      content,
    ),
  );
  leave = showTokens(content, {
    workspace,
    intent,
    onSignedOut,
    onWorkspaceGone: (failure) => {
      content.replaceChildren(
        heading('API tokens'),
        notice(failure, { retry: start, retryLabel: 'Reload' }),
      );
    },
  });
}

function chooseWorkspace() {
  document.title = 'Choose a workspace · Adraa Inbox';
  const { workspaces } = session;
  page(
    heading(workspaces.length === 0 ? 'No workspace yet' : 'Choose a workspace'),
    element(
      'p',
      { class: 'lead' },
      workspaces.length === 0
        ? 'You are not a member of any workspace. Ask an admin to add you, then reload this page.'
        : 'You are a member of several. Which one do you want to see?',
    ),
    workspaceList(),
  );
}

function unknownWorkspace(name) {
  document.title = 'Unknown workspace · Adraa Inbox';
  page(
    heading('There is no such workspace'),
    element(
      'p',
      { class: 'lead' },
      'There is no workspace ',
      element('strong', { class: 'breakable' }, name || '(unreadable)'),
      ', or you are not a member of it.',
      session.workspaces.length > 0 ? ' These are yours:' : ' Ask an admin of it to add you.',
    ),
    workspaceList(),
  );
}

function workspaceList() {
  return element(
    'ul',
    { class: 'workspaces' },
    ...session.workspaces.map(({ name, role }) =>
      element(
        'li',
        {},
        element(
          'a',
          { href: settingsPath(name), onclick: follow },
          avatar(name),
          element('span', { class: 'workspace-name' }, name),
          element('span', { class: 'role' }, role),
          icon('arrow'),
        ),
      ),
    ),
  );
}

function message(title, ...children) {
  document.title = `${title} · Adraa Inbox`;
  page(heading(title), ...children);
}

function page(...children) {
  root.replaceChildren(header(), element('main', { class: 'page' }, ...children));
}

function header() {
  return element(
    'header',
    { class: 'header' },
    element('a', { class: 'brand', href: '/app', onclick: follow }, logo(), element('span', {}, 'Adraa Inbox')),
    session
      ? element(
          'div',
          { class: 'account' },
          element(
            'span',
            { class: 'account-name', title: session.agent.email },
            hidden('Signed in as '),
            session.agent.nickname,
          ),
          element('button', { type: 'button', class: 'button button-small', onclick: signOut }, 'Sign out'),
        )
      : undefined,
  );
}

async function signOut(event) {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    await api.signOut();
  } catch (failure) {
    if (!failure.isSignedOut) {
      button.disabled = false;
      toast('You are still signed in. ', failure instanceof api.ApiFailure ? words(failure) : '');
      return;
    }
  }
  session = undefined;
  history.replaceState(null, '', '/app');
  askToSignIn({ reason: 'You are signed out.' });
}

function heading(text) {
  return element('h1', { tabindex: -1 }, text);
}

function link(path, text) {
  return element('a', { href: path, onclick: follow }, text);
}

/** Follows a link of the console without loading the page anew. */
function follow(event) {
  if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    navigate(event.currentTarget.getAttribute('href'));
  }
}

function skip(event) {
  event.preventDefault();
  root.querySelector('h1')?.focus();
}

function avatar(name) {
  return element('span', { class: 'avatar', 'aria-hidden': 'true' }, name.slice(0, 1).toUpperCase());
}

function hidden(text) {
  return element('span', { class: 'visually-hidden' }, text);
}

window.addEventListener('popstate', () => {
  closeDialogs();
  show();
});
// A page from the browser's memory would show what was true when it was left.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) {
    location.reload();
  }
});

start();
