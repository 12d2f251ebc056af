/**
 * PostgreSQL: connection pools, retried transactions, and verification from a proven standby. Only
 * this package and {@code maintenance} use PostgreSQL's driver.
 */
@NullMarked
package ai.adraa.inbox.server.database.postgresql;

import org.jspecify.annotations.NullMarked;
