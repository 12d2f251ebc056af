/**
 * API tokens: issuing, verifying and revoking them. {@code TokenService} has the rules, {@code
 * TokenStore} the SQL.
 */
@NullMarked
package ai.adraa.inbox.server.token;

import org.jspecify.annotations.NullMarked;
