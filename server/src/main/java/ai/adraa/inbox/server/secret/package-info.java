/** Secrets: their creation, their form and their hashes. {@code toString} never reveals one. */
@NullMarked
package ai.adraa.inbox.server.secret;

import org.jspecify.annotations.NullMarked;
