/**
 * The Java client of the Adraa Inbox API.
 *
 * <p>{@link ai.adraa.inbox.client.AdraaInbox} verifies a workspace API token and signs agents in to
 * the console. {@link ai.adraa.inbox.client.ConsoleSession} manages the tokens of a workspace.
 * Every failure is an {@link ai.adraa.inbox.client.AdraaInboxException}. The client accepts fields,
 * error codes and enum values that a later server adds.
 */
@NullMarked
package ai.adraa.inbox.client;

import org.jspecify.annotations.NullMarked;
