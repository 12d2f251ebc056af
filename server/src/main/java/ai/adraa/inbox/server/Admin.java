package ai.adraa.inbox.server;

import java.util.Optional;

/**
 * The admin who creates or revokes a token.
 *
 * @param session the console session, which must still be an admin's when the change is written;
 *     empty on the command line, where the operator acts in an admin's name
 */
record Admin(Agent agent, Optional<Session> session, AuditEvent.Source source) {
  /** The agent of a console session. */
  static Admin signedIn(Session session) {
    return new Admin(
        session.agent(),
        Optional.of(session),
        AuditEvent.Source.console().by(session.agent().id()));
  }

  /** The agent in whose name the operator acts. */
  static Admin onCommandLine(Agent agent) {
    return new Admin(agent, Optional.empty(), AuditEvent.Source.commandLine());
  }
}
