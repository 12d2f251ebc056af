/**
 * Secrets: all randomness and all hashing of the server. {@code toString} never reveals a value.
 */
@NullMarked
package ai.adraa.inbox.server.secret;

import org.jspecify.annotations.NullMarked;
