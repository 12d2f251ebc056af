package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.AgentSession;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.log.LogContext;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import java.util.Optional;
import org.slf4j.MDC;

/** Describes the console request on the current thread for the domain: its source and its admin. */
final class ConsoleRequest {
  private ConsoleRequest() {}

  /** Returns the address and the id of the request, for the audit trail. */
  static AuditEvent.Source source() {
    return AuditEvent.Source.console(
        Optional.ofNullable(MDC.get(LogContext.ADDRESS)),
        Optional.ofNullable(MDC.get(LogContext.REQUEST_ID)));
  }

  /**
   * Returns the session's agent as an admin. Does not check the role: the transaction that writes
   * the change does.
   */
  static Admin admin(AgentSession session) {
    Agent agent = session.agent();
    return new Admin(
        new Token.Actor(agent.id(), agent.nickname()),
        Optional.of(session.idHash()),
        source().by(agent.id()));
  }
}
