// The console's frame: the session, routing and the pages around the settings.

import * as api from './api.js';
import { clearToasts, closeDialogs, element, heading, hidden, icon, logo, warn } from './dom.js';
import { notice, words } from './failures.js';
import { showTokens } from './tokens.js';

const root = document.getElementById('console');

/** @type {api.Session | undefined} */
let session;
/** Aborted when the current page is left: ends its requests and timers. */
let current = new AbortController();

/** Goes to a page of the console. With `replace`, Back does not return to the current address. */
function navigate(path, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  show({ focus: true });
  scrollTo(0, 0);
}

function leave() {
  current.abort();
  current = new AbortController();
}

/** Returns the addresses of a workspace's pages. */
function pathsOf(workspace) {
  const tokens = `/app/${encodeURIComponent(workspace)}/settings/api`;
  const token = (id) => `${tokens}/tokens/${encodeURIComponent(id)}`;
  return { tokens, token, replace: (id) => `${token(id)}/replace`, activity: `${tokens}/activity` };
}

async function start() {
  leave();
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
async function askToSignIn({ reason, intent } = {}) {
  // First the dialogs, then the page: a dialog that closes may reload the page's list.
  closeDialogs();
  leave();
  const before = session;
  session = undefined;
  clearToasts();
  root.replaceChildren(element('p', { class: 'loading', role: 'status' }, 'Loading…'));
  const { signal } = current;
  const { showSignIn } = await load(import('./sign-in.js'));
  if (signal.aborted) {
    return;
  }
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

/** Waits for a part of the console. If that fails, says so; the promise then stays pending. */
async function load(part) {
  try {
    return await part;
  } catch {
    const reload = element('button', { type: 'button', class: 'button button-small', onclick: () => location.reload() }, 'Reload');
    const text = 'A part of the console could not be loaded. Check your connection, then reload the page.';
    root.prepend(
      element('div', { class: 'notice notice-error load-failed', role: 'alert' }, icon('alert'), element('span', {}, text), reload),
    );
    return new Promise(() => {});
  }
}

/** Shows the page of the current address. */
function show({ focus = false, intent } = {}) {
  leave();
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
  const workspace = workspaces.find((each) => each.name === name);
  if (name === undefined) {
    if (workspaces.length === 1) {
      navigate(pathsOf(workspaces[0].name).tokens, { replace: true });
    } else {
      chooseWorkspace();
    }
  } else if (!workspace) {
    unknownWorkspace(name);
  } else if (rest.length === 0) {
    navigate(pathsOf(name).tokens, { replace: true });
  } else if (!showSettings(workspace, rest, intent)) {
    message(
      'This page does not exist',
      element('p', { class: 'lead' }, element('a', { href: pathsOf(name).tokens }, 'Go to Settings → API')),
    );
  }
  if (focus && !intent) {
    root.querySelector('h1')?.focus();
  }
}

/** Shows a page of the settings. Returns false if it does not exist. */
function showSettings(workspace, [settings, section, ...rest], intent) {
  const [kind, id, action] = rest;
  const known = settings === 'settings' && section === 'api';
  if (known && rest.length === 0) {
    const page = settingsPage(workspace, 'tokens', 'API tokens');
    if (page) {
      showTokens(page, intent);
    }
  } else if (known && kind === 'activity' && rest.length === 1) {
    showPart(workspace, 'activity', 'Activity', import('./activity.js'), (part, page) => part.showActivity(page));
  } else if (known && kind === 'tokens' && id && rest.length === 2) {
    showPart(workspace, 'tokens', 'Token', import('./token.js'), (part, page) => part.showToken(page, id, intent));
  } else if (known && kind === 'tokens' && id && action === 'replace' && rest.length === 3) {
    showPart(workspace, 'tokens', 'Replace a token', import('./replace.js'), (part, page) => part.showReplace(page, id, intent));
  } else {
    return false;
  }
  return true;
}

/** Shows a page of the settings that is loaded when it is needed. */
async function showPart(workspace, section, title, part, run) {
  const page = settingsPage(workspace, section, title);
  if (page) {
    page.content.replaceChildren(element('p', { class: 'lead', role: 'status' }, 'Loading…'));
    const loaded = await load(part);
    if (!page.signal.aborted) {
      run(loaded, page);
      root.querySelector('h1')?.focus();
    }
  }
}

/**
 * Shows the frame of the settings. Returns what a page in it needs, or undefined if the agent may not
 * see it.
 */
function settingsPage(workspace, section, title) {
  const paths = pathsOf(workspace.name);
  const content = element('main', { class: 'content', id: 'content' });
  const setTitle = (text) => {
    document.title = `${text} · ${workspace.name} · Adraa Inbox`;
  };
  setTitle(title);
  const entry = (name, path, iconName, label) =>
    element(
      'li',
      {},
      element('a', { href: path, 'aria-current': section === name ? 'page' : undefined }, icon(iconName), label),
    );
  root.replaceChildren(
    element('a', { class: 'skip', href: '#content', onclick: skip }, 'Skip to main content'),
    header(),
    element(
      'div',
      { class: 'frame' },
      element(
        'nav',
        { class: 'sidebar', 'aria-label': 'Settings' },
        element(
          'div',
          { class: 'sidebar-workspace' },
          avatar(workspace.name),
          element('span', { class: 'sidebar-workspace-name', title: workspace.name }, workspace.name),
          session.workspaces.length > 1
            ? element('a', { href: '/app', class: 'switch' }, 'Switch', hidden(' workspace'))
            : undefined,
        ),
        element('p', { class: 'sidebar-section', id: 'section-api' }, 'Settings → API'),
        element(
          'ul',
          { 'aria-labelledby': 'section-api' },
          entry('tokens', paths.tokens, 'key', 'Tokens'),
          entry('activity', paths.activity, 'activity', 'Activity'),
        ),
      ),
      content,
    ),
  );
  const page = {
    content,
    workspace,
    paths,
    setTitle,
    signal: current.signal,
    navigate,
    load,
    signedOut: onSignedOut,
    /** Shows a failure that concerns the whole page. Returns false for any other failure. */
    fatal(failure) {
      if (!(failure instanceof api.ApiFailure)) {
        throw failure;
      }
      if (failure.isSignedOut) {
        onSignedOut();
      } else if (failure.code === 'ADMIN_REQUIRED') {
        leave();
        showNotAdmin(content, workspace, title);
      } else if (failure.code === 'WORKSPACE_NOT_FOUND') {
        leave();
        content.replaceChildren(heading(title), notice(failure, { retry: start, retryLabel: 'Reload' }));
      } else {
        return false;
      }
      return true;
    },
  };
  if (workspace.role !== 'admin') {
    showNotAdmin(content, workspace, title);
    return undefined;
  }
  return page;
}

function showNotAdmin(content, workspace, title) {
  content.replaceChildren(
    heading(title),
    element(
      'div',
      { class: 'empty empty-small' },
      element('span', { class: 'empty-mark' }, icon('lock')),
      element('h2', {}, 'Only workspace admins can create and revoke API tokens'),
      element(
        'p',
        { class: 'lead' },
        'You are a member of ',
        element('strong', { class: 'breakable' }, workspace.name),
        ', but not an admin. Ask an admin to create a token for your integration. If you have just become an admin, reload this page.',
      ),
    ),
  );
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
          { href: pathsOf(name).tokens },
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
    element(
      'div',
      { class: 'header-inner' },
      element('a', { class: 'brand', href: '/app' }, logo(), element('span', {}, 'Adraa Inbox')),
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
    ),
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
      warn('You are still signed in. ', failure instanceof api.ApiFailure ? words(failure) : '');
      return;
    }
  }
  session = undefined;
  history.replaceState(null, '', '/app');
  askToSignIn({ reason: 'You are signed out.' });
}

/** Follows a link of the console without reloading the page. */
function follow(event) {
  const link = event.target.closest?.('a[href^="/app"]');
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (link && plain && !event.defaultPrevented) {
    event.preventDefault();
    navigate(link.getAttribute('href'));
  }
}

function skip(event) {
  event.preventDefault();
  root.querySelector('h1')?.focus();
}

function avatar(name) {
  return element('span', { class: 'avatar', 'aria-hidden': 'true' }, name.slice(0, 1).toUpperCase());
}

document.addEventListener('click', follow);
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
