package ai.adraa.inbox.server;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.MDC;

/**
 * One thing that was done, as the audit trail keeps it: never a secret, nor a name that may change.
 *
 * @param memberId whom it was done to
 * @param detail what the action alone does not tell, such as the new role
 */
record AuditEvent(
    Instant at,
    Action action,
    Source source,
    Optional<String> workspaceId,
    Optional<String> tokenId,
    Optional<String> memberId,
    Optional<String> detail) {
  /** What can be done. */
  enum Action {
    SIGN_IN,
    SIGN_IN_FAILED,
    SIGN_OUT,
    TOKEN_CREATED,
    TOKEN_REVOKED,
    WORKSPACE_CREATED,
    AGENT_ADDED,
    AGENT_REMOVED,
    ROLE_CHANGED,
    BACKUP,
    RESTORE;

    /** How it is stored and printed. */
    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Who did it, and through what.
   *
   * @param channel {@code console} or {@code command line}
   * @param agentId empty where no agent has signed in, as on the command line
   * @param osUser who ran the command line, as the operating system says
   * @param address where the request came from
   */
  record Source(
      String channel,
      Optional<String> agentId,
      Optional<String> osUser,
      Optional<String> address,
      Optional<String> requestId) {
    /** The request that this thread answers, by nobody known yet. */
    static Source console() {
      return new Source(
          "console",
          Optional.empty(),
          Optional.empty(),
          Optional.ofNullable(MDC.get(RequestIdHandler.MDC_ADDRESS)),
          Optional.ofNullable(MDC.get(RequestIdHandler.MDC_KEY)));
    }

    static Source commandLine() {
      return new Source(
          "command line",
          Optional.empty(),
          Optional.ofNullable(System.getProperty("user.name")),
          Optional.empty(),
          Optional.empty());
    }

    Source by(String agent) {
      return new Source(channel, Optional.of(agent), osUser, address, requestId);
    }
  }

  static AuditEvent of(Instant at, Action action, Source source) {
    return new AuditEvent(
        at, action, source, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  AuditEvent inWorkspace(String id) {
    return new AuditEvent(at, action, source, Optional.of(id), tokenId, memberId, detail);
  }

  AuditEvent onToken(String id) {
    return new AuditEvent(at, action, source, workspaceId, Optional.of(id), memberId, detail);
  }

  AuditEvent onMember(String id) {
    return new AuditEvent(at, action, source, workspaceId, tokenId, Optional.of(id), detail);
  }

  AuditEvent with(String newDetail) {
    return new AuditEvent(
        at, action, source, workspaceId, tokenId, memberId, Optional.of(newDetail));
  }
}
