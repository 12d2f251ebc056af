package ai.adraa.inbox.server;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.postgresql.PostgresDatabase;
import ai.adraa.inbox.server.database.postgresql.StandbyOptions;
import ai.adraa.inbox.server.database.sqlite.SqliteDatabase;
import ai.adraa.inbox.server.error.UserException;
import java.util.Optional;

/** Opens SQLite or PostgreSQL, as the location says. */
public final class Databases {
  private Databases() {}

  /**
   * Opens the database, creates it if it is a file that does not exist, and brings its tables to
   * this version.
   *
   * @throws UserException if it cannot be opened or is newer than this program
   */
  public static Database open(DatabaseLocation location) {
    return location.isPostgres()
        ? PostgresDatabase.open(location, Optional.empty())
        : SqliteDatabase.open(location);
  }

  /**
   * As {@link #open}, but does not create it.
   *
   * @throws UserException also if it does not exist
   */
  public static Database openExisting(DatabaseLocation location) {
    return location.isPostgres() ? open(location) : SqliteDatabase.openExisting(location);
  }

  /**
   * As {@link #open}, to serve from.
   *
   * @param standby of PostgreSQL, from which verifications read
   * @throws UserException also if a file is damaged, or if a revocation could be acknowledged that
   *     the standby does not know of
   */
  static Database openToServe(DatabaseLocation location, Optional<StandbyOptions> standby) {
    if (location.isPostgres()) {
      return PostgresDatabase.open(location, standby);
    }
    if (standby.isPresent()) {
      throw new UserException("--database-read belongs to PostgreSQL, and --database is a file");
    }
    return SqliteDatabase.openSound(location);
  }
}
