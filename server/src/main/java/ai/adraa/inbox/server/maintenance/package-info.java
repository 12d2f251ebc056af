/**
 * Operations on a whole database: backup, restore, check, and the copy from SQLite to PostgreSQL.
 * They work below the stores, on tables and files.
 */
@NullMarked
package ai.adraa.inbox.server.maintenance;

import org.jspecify.annotations.NullMarked;
