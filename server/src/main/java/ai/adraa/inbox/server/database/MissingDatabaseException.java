package ai.adraa.inbox.server.database;

import ai.adraa.inbox.server.error.OperatorException;

/** Thrown when a command needs an existing database and the file does not exist. */
public final class MissingDatabaseException extends OperatorException {
  private static final long serialVersionUID = 1;

  MissingDatabaseException(String message) {
    super(message);
  }
}
