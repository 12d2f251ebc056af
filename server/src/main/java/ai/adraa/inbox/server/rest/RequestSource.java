package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.AgentSession;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.log.LogContext;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import java.util.Optional;
import org.slf4j.MDC;

/** Describes the request on the current thread for the domain: its source and its admin. */
final class RequestSource {
  private RequestSource() {}

  /** Returns the source of a console request, for the audit trail. */
  static AuditEvent.Source console() {
    return AuditEvent.Source.console(address(), id());
  }

  /** Returns the source of a request with the secret of a token, for the audit trail. */
  static AuditEvent.Source api() {
    return AuditEvent.Source.api(address(), id());
  }

  /** Returns the IP address of the request; empty if it is not known. */
  static Optional<String> address() {
    return Optional.ofNullable(MDC.get(LogContext.ADDRESS));
  }

  private static Optional<String> id() {
    return Optional.ofNullable(MDC.get(LogContext.REQUEST_ID));
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
        console().by(agent.id()));
  }
}
