// The console's frame: the session, routing and the pages around the settings.

import * as api from './api.js';
import { closeDialogs } from './dialogs.js';
import { element, icon, toast } from './dom.js';
import { notice, words } from './failures.js';
import { logo, showSignIn } from './sign-in.js';
import { showTokens } from './tokens.js';

const root = document.getElementById('console');

/** @type {api.Session | undefined} */
let session;
/** Cancels the requests and timers of the current page. */
let leave = () => {};

const settingsPath = (workspace) => `/app/${encodeURIComponent(workspace)}/settings/api`;

/** Goes to a page of the console. With `replace`, Back does not return to the current address. */
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
      askToSignIn({ reason: ended ? 'Your session has ended. Sign in to continue.' : undefined });
    } else if (failure instanceof api.ApiFailure) {
      message('The console could not start', notice(failure, { retry: start }));
    } else {
      throw failure;
    }
  }
}

/** Shows the sign-in, then returns to the page of the current address. */
function askToSignIn({ reason, intent } = {}) {
  // First the dialogs, then the page: a dialog that closes may reload the page's list.
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
      // Continue the interrupted action only if the same agent signs in again.
      const same = before?.agent.id === signedIn.agent.id;
      show({ focus: true, intent: same ? intent : undefined });
    },
  });
}

/** Called when the session has ended; `intent` is the action to continue after signing in again. */
function onSignedOut(intent) {
  askToSignIn({ reason: 'Your session has ended. Sign in to continue where you left off.', intent });
}

/** Shows the page of the current address. */
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
    message('This page does not exist', element('p', { class: 'lead' }, link(settingsPath(name), 'Go to Settings → API')));
  }
  if (focus && !intent) {
    root.querySelector('h1')?.focus();
  }
}

function settings(workspace, intent) {
  document.title = `API tokens · ${workspace.name} · Adraa Inbox`;
  const content = element('main', { class: 'content', id: 'content' });
  root.replaceChildren(
    element('a', { class: 'skip', href: '#content', onclick: skip }, 'Skip to main content'),
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
        : 'You are a member of several workspaces.',
    ),
    workspaceList(),
  );
}

function unknownWorkspace(name) {
  document.title = 'Workspace not found · Adraa Inbox';
  page(
    heading('Workspace not found'),
    element(
      'p',
      { class: 'lead' },
      'The workspace ',
      element('strong', { class: 'breakable' }, name || '(unreadable)'),
      ' does not exist, or you are not a member of it.',
      session.workspaces.length > 0 ? ' Choose one of your workspaces:' : ' Ask an admin of the workspace to add you.',
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

/** Follows a link of the console without reloading the page. */
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
// A page from the back/forward cache would show old data.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) {
    location.reload();
  }
});

start();
