package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.Session;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.log.LogContext;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import java.util.Optional;
import org.slf4j.MDC;

/** The request that this thread answers, as the domain needs to know it. */
final class ConsoleRequest {
  private ConsoleRequest() {}

  /** Where the request comes from, for the audit trail. */
  static AuditEvent.Source source() {
    return AuditEvent.Source.console(
        Optional.ofNullable(MDC.get(LogContext.ADDRESS)),
        Optional.ofNullable(MDC.get(LogContext.REQUEST_ID)));
  }

  /** The agent of the session, who acts as an admin. */
  static Admin admin(Session session) {
    Agent agent = session.agent();
    return new Admin(
        new Token.Actor(agent.id(), agent.nickname()),
        Optional.of(session.idHash()),
        source().by(agent.id()));
  }
}
