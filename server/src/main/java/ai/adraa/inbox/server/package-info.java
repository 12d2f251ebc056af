/**
 * The Adraa Inbox server: issues, verifies and revokes workspace API tokens, as the contract says.
 *
 * <p>A request travels resource → service → store. {@link ai.adraa.inbox.server.InboxServer} puts
 * the parts together; the interfaces that the resources implement are generated from the contract.
 */
@NullMarked
package ai.adraa.inbox.server;

import org.jspecify.annotations.NullMarked;
