package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.error.UserException;

/** There is no workspace of this name. */
public final class UnknownWorkspaceException extends UserException {
  private static final long serialVersionUID = 1;

  UnknownWorkspaceException(String name) {
    super("There is no workspace " + name);
  }
}
