package ai.adraa.inbox.server.audit;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * One thing that was done, as the audit trail keeps it: never a secret, nor a name that may change.
 *
 * @param memberId whom it was done to
 * @param detail what the action alone does not tell, such as the new role
 */
public record AuditEvent(
    Instant at,
    Action action,
    Source source,
    Optional<String> workspaceId,
    Optional<String> tokenId,
    Optional<String> memberId,
    Optional<String> detail) {
  /** What can be done. */
  public enum Action {
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
    public String word() {
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
  public record Source(
      String channel,
      Optional<String> agentId,
      Optional<String> osUser,
      Optional<String> address,
      Optional<String> requestId) {
    /**
     * A request to the console's operations, by nobody known yet.
     *
     * @param address where it came from
     */
    public static Source console(Optional<String> address, Optional<String> requestId) {
      return new Source("console", Optional.empty(), Optional.empty(), address, requestId);
    }

    public static Source commandLine() {
      return new Source(
          "command line",
          Optional.empty(),
          Optional.ofNullable(System.getProperty("user.name")),
          Optional.empty(),
          Optional.empty());
    }

    public Source by(String agent) {
      return new Source(channel, Optional.of(agent), osUser, address, requestId);
    }
  }

  public static AuditEvent of(Instant at, Action action, Source source) {
    return new AuditEvent(
        at, action, source, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  public AuditEvent inWorkspace(String id) {
    return new AuditEvent(at, action, source, Optional.of(id), tokenId, memberId, detail);
  }

  public AuditEvent onToken(String id) {
    return new AuditEvent(at, action, source, workspaceId, Optional.of(id), memberId, detail);
  }

  public AuditEvent onMember(String id) {
    return new AuditEvent(at, action, source, workspaceId, tokenId, Optional.of(id), detail);
  }

  public AuditEvent with(String newDetail) {
    return new AuditEvent(
        at, action, source, workspaceId, tokenId, memberId, Optional.of(newDetail));
  }
}
