package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.audit.AuditEvent;
import java.util.Optional;

/**
 * The admin who creates or revokes a token.
 *
 * @param session the hash of the console session's id. The session must still be there, and its
 *     agent an admin of the workspace, when the change is written. Empty on the command line, where
 *     the operator acts in an admin's name
 */
public record Admin(Token.Actor agent, Optional<byte[]> session, AuditEvent.Source source) {
  /** An admin in whose name the operator acts. */
  public static Admin onCommandLine(Token.Actor agent) {
    return new Admin(agent, Optional.empty(), AuditEvent.Source.commandLine());
  }
}
