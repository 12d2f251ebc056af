package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.error.OperatorException;

/** Reports that no workspace has this name. */
public final class UnknownWorkspaceException extends OperatorException {
  private static final long serialVersionUID = 1;

  UnknownWorkspaceException(String name) {
    super("The workspace " + name + " does not exist");
  }
}
