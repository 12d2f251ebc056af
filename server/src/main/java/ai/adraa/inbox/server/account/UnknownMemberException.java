package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.error.OperatorException;

/** Reports that no member of the workspace has this email. */
public final class UnknownMemberException extends OperatorException {
  private static final long serialVersionUID = 1;

  UnknownMemberException(String email) {
    super(email + " is not a member of that workspace");
  }
}
