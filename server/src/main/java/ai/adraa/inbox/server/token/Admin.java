package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.audit.AuditEvent;
import java.util.Optional;

/**
 * The admin who creates or revokes a token.
 *
 * @param session the SHA-256 of the console session's id. When the change is written, the session
 *     must still exist and its agent must be an admin of the workspace. Empty on the command line,
 *     where the operator acts in the admin's name
 */
public record Admin(Token.Actor agent, Optional<byte[]> session, AuditEvent.Source source) {
  /** Returns an admin in whose name the operator acts. */
  public static Admin onCommandLine(Token.Actor agent) {
    return new Admin(agent, Optional.empty(), AuditEvent.Source.commandLine());
  }
}
