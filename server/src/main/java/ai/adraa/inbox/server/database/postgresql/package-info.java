/**
 * PostgreSQL: pools, repeated transactions, and verification from a proven standby. Only here is
 * its driver used.
 */
@NullMarked
package ai.adraa.inbox.server.database.postgresql;

import org.jspecify.annotations.NullMarked;
