/**
 * The Java client of the Adraa Inbox API.
 *
 * <p>{@link ai.adraa.inbox.client.AdraaInbox} verifies a workspace API token and signs agents in to
 * the console; {@link ai.adraa.inbox.client.ConsoleSession} manages a workspace's tokens. Every
 * failure is an {@link ai.adraa.inbox.client.AdraaInboxException}. What a later server adds, such
 * as fields, error codes or states, never makes this client fail.
 */
@NullMarked
package ai.adraa.inbox.client;

import org.jspecify.annotations.NullMarked;
