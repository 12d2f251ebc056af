/**
 * Creates, verifies and revokes API tokens. {@code TokenService} holds the rules, {@code
 * TokenStore} the SQL.
 */
@NullMarked
package ai.adraa.inbox.server.token;

import org.jspecify.annotations.NullMarked;
