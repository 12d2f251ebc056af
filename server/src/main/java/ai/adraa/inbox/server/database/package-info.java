/**
 * Reads, transactions and failures as the stores need them, independent of the driver. Where the
 * SQL dialects differ, a store uses {@code Database.sql}.
 */
@NullMarked
package ai.adraa.inbox.server.database;

import org.jspecify.annotations.NullMarked;
