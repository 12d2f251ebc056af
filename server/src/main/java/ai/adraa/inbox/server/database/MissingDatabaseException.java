package ai.adraa.inbox.server.database;

import ai.adraa.inbox.server.error.UserException;

/** A database that is to be used does not exist. */
public final class MissingDatabaseException extends UserException {
  private static final long serialVersionUID = 1;

  MissingDatabaseException(String message) {
    super(message);
  }
}
