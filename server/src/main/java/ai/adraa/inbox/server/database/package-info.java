/**
 * What a store needs of a database: reads, transactions and failures, without a driver. Where SQL
 * dialects differ, {@code Database.sql} chooses.
 */
@NullMarked
package ai.adraa.inbox.server.database;

import org.jspecify.annotations.NullMarked;
