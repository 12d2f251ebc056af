package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.secret.Secret;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;

/**
 * A signed-in agent's console session, without its id.
 *
 * @param idHash the SHA-256 of the session id; only the caller has the id itself
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
public record AgentSession(byte[] idHash, Agent agent, Instant createdAt, Instant lastUsedAt)
    implements Principal {
  /** The longest time a session lasts. */
  public static final Duration LIFETIME = Duration.ofDays(7);

  /** The time after which an unused session ends. */
  static final Duration IDLE = Duration.ofHours(12);

  /** What a caller sends to identify its session. */
  public enum Credential {
    /** A cookie, which a browser keeps and sends. */
    COOKIE,
    /** A secret in the Authorization header, for programs. */
    BEARER
  }

  /**
   * A new session with its id.
   *
   * @param id the cookie's value or the bearer secret, which only the agent who signed in receives
   */
  public record Created(AgentSession session, Secret id) {}

  /** Returns when the session ends if it is not used again. */
  public Instant expiresAt() {
    Instant atMost = createdAt.plus(LIFETIME);
    Instant idle = lastUsedAt.plus(IDLE);
    return idle.isBefore(atMost) ? idle : atMost;
  }

  /** Returns a copy that was last used at this time. */
  AgentSession usedAt(Instant at) {
    return new AgentSession(idHash, agent, createdAt, at);
  }

  @Override
  public String getName() {
    return agent.id();
  }

  @Override
  public String toString() {
    return "AgentSession[agent=" + agent.id() + "]";
  }
}
