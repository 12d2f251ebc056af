package ai.adraa.inbox.server.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * An event for the audit trail. It refers to workspaces, tokens and agents by id, because names can
 * change, and never contains a secret.
 *
 * @param workspaceId the workspace in which it happened
 * @param tokenId the token that was created, changed, replaced or revoked
 * @param memberId the agent who was affected
 * @param detail more about the action, such as the new role
 */
public record AuditEvent(
    Instant at,
    Action action,
    Source source,
    Optional<String> workspaceId,
    Optional<String> tokenId,
    Optional<String> memberId,
    Optional<String> detail) {
  /** The kinds of events. */
  public enum Action {
    SIGN_IN,
    SIGN_IN_FAILED,
    SIGN_OUT,
    TOKEN_CREATED,
    TOKEN_CHANGED,
    TOKEN_REPLACED,
    TOKEN_REVOKED,
    WORKSPACE_CREATED,
    AGENT_ADDED,
    AGENT_REMOVED,
    ROLE_CHANGED,
    BACKUP,
    RESTORE,
    COPY;

    /** Returns the word that is stored and printed, such as {@code token-created}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Who caused an event, and through which channel.
   *
   * @param channel {@code console} for a session, {@code command line}, or {@code api} for the
   *     secret of a token
   * @param agentId the signed-in agent; empty if there is none, as on the command line
   * @param osUser the operating system's user who ran the command, such as {@code root} or {@code
   *     uid 10001}; empty for requests
   * @param address the IP address of the request; empty for the command line
   * @param requestId the id of the request; empty for the command line
   */
  public record Source(
      String channel,
      Optional<String> agentId,
      Optional<String> osUser,
      Optional<String> address,
      Optional<String> requestId) {
    /**
     * Returns the source of a console request without an agent; {@link #by} adds the agent.
     *
     * @param address the IP address of the request
     */
    public static Source console(Optional<String> address, Optional<String> requestId) {
      return new Source("console", Optional.empty(), Optional.empty(), address, requestId);
    }

    /** Returns the source of a request that was sent with the secret of a token. */
    public static Source api(Optional<String> address, Optional<String> requestId) {
      return new Source("api", Optional.empty(), Optional.empty(), address, requestId);
    }

    /** Returns the source of a command that the current user of the operating system runs. */
    public static Source commandLine() {
      return new Source(
          "command line", Optional.empty(), currentUser(), Optional.empty(), Optional.empty());
    }

    private static Optional<String> currentUser() {
      String name = System.getProperty("user.name");
      // Java's name for a user who is not in /etc/passwd, as in many containers.
      if ("?".equals(name)) {
        try {
          return Optional.of("uid " + Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
          // Only Linux has this file.
        }
      }
      return Optional.ofNullable(name);
    }

    /** Returns a copy with the id of the agent who caused the event. */
    public Source by(String agent) {
      return new Source(channel, Optional.of(agent), osUser, address, requestId);
    }
  }

  /** Returns an event without workspace, token, member and detail. */
  public static AuditEvent of(Instant at, Action action, Source source) {
    return new AuditEvent(
        at, action, source, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Returns a copy with this workspace id. */
  public AuditEvent inWorkspace(String id) {
    return new AuditEvent(at, action, source, Optional.of(id), tokenId, memberId, detail);
  }

  /** Returns a copy with this token id. */
  public AuditEvent onToken(String id) {
    return new AuditEvent(at, action, source, workspaceId, Optional.of(id), memberId, detail);
  }

  /** Returns a copy with the id of the affected agent. */
  public AuditEvent onMember(String id) {
    return new AuditEvent(at, action, source, workspaceId, tokenId, Optional.of(id), detail);
  }

  /** Returns a copy with this detail. */
  public AuditEvent with(String newDetail) {
    return new AuditEvent(
        at, action, source, workspaceId, tokenId, memberId, Optional.of(newDetail));
  }
}
