/**
 * Workspaces, agents, memberships and signing in to the console. Services hold the rules, stores
 * the SQL.
 */
@NullMarked
package ai.adraa.inbox.server.account;

import org.jspecify.annotations.NullMarked;
