package ai.adraa.inbox.server;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.postgresql.PostgresDatabase;
import ai.adraa.inbox.server.database.postgresql.StandbyOptions;
import ai.adraa.inbox.server.database.sqlite.SqliteDatabase;
import ai.adraa.inbox.server.error.OperatorException;
import java.util.Optional;

/** Opens the SQLite or PostgreSQL database at a location. */
public final class Databases {
  private Databases() {}

  /**
   * Opens a database and migrates its tables to this version. Creates a SQLite file that does not
   * exist.
   *
   * @throws OperatorException if the database cannot be opened or is newer than this program
   */
  public static Database open(DatabaseLocation location) {
    return location.isPostgres()
        ? PostgresDatabase.open(location, Optional.empty())
        : SqliteDatabase.open(location);
  }

  /**
   * Opens a database as {@link #open} does, but does not create a missing SQLite file.
   *
   * @throws OperatorException as for {@link #open}, and if the file does not exist
   */
  public static Database openExisting(DatabaseLocation location) {
    return location.isPostgres() ? open(location) : SqliteDatabase.openExisting(location);
  }

  /**
   * Opens a database for a server. Opens it as {@link #open} does, with further checks.
   *
   * @param standby the PostgreSQL standby from which verifications read; empty for none
   * @throws OperatorException as for {@link #open}; if a SQLite file is damaged or has a standby;
   *     or if the primary could acknowledge a revocation before the standby has it
   */
  static Database openToServe(DatabaseLocation location, Optional<StandbyOptions> standby) {
    if (location.isPostgres()) {
      return PostgresDatabase.open(location, standby);
    }
    if (standby.isPresent()) {
      throw new OperatorException("--database-read requires PostgreSQL, but --database is a file");
    }
    return SqliteDatabase.openSound(location);
  }
}
