/**
 * The composition root: {@link ai.adraa.inbox.server.InboxServer} assembles the server from {@link
 * ai.adraa.inbox.server.ServerOptions}. Only {@code cli} may use this package.
 */
@NullMarked
package ai.adraa.inbox.server;

import org.jspecify.annotations.NullMarked;
