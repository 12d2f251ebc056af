/**
 * SQLite: one connection writes, several read, and the identity of the files is checked. Only here
 * and in {@code maintenance} is SQLite's driver used.
 */
@NullMarked
package ai.adraa.inbox.server.database.sqlite;

import org.jspecify.annotations.NullMarked;
