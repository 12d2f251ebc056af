/**
 * The server as a whole: {@link ai.adraa.inbox.server.InboxServer} puts all parts together, and
 * {@link ai.adraa.inbox.server.ServerOptions} says what an operator can choose. Nothing in another
 * package but {@code cli} knows this one.
 */
@NullMarked
package ai.adraa.inbox.server;

import org.jspecify.annotations.NullMarked;
