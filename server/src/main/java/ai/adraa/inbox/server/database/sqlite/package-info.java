/**
 * SQLite: one connection writes, several connections read, and the identity of the files is
 * checked. Only this package and {@code maintenance} use SQLite's driver.
 */
@NullMarked
package ai.adraa.inbox.server.database.sqlite;

import org.jspecify.annotations.NullMarked;
