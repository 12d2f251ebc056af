package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.secret.Secret;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;

/**
 * A signed-in agent's console session, without its id.
 *
 * @param idHash the SHA-256 of the session id, which only the browser has
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
public record Session(byte[] idHash, Agent agent, Instant createdAt, Instant lastUsedAt)
    implements Principal {
  /** How long a session lasts at most. */
  public static final Duration LIFETIME = Duration.ofDays(7);

  /** How long a session lasts without use. */
  static final Duration IDLE = Duration.ofHours(12);

  /** A new session with its id, which is told to the browser only. */
  public record Created(Session session, Secret id) {}

  /** When the session ends unless it is used before. */
  public Instant expiresAt() {
    Instant atMost = createdAt.plus(LIFETIME);
    Instant idle = lastUsedAt.plus(IDLE);
    return idle.isBefore(atMost) ? idle : atMost;
  }

  /** The same, with a later use. */
  Session usedAt(Instant at) {
    return new Session(idHash, agent, createdAt, at);
  }

  @Override
  public String getName() {
    return agent.id();
  }

  @Override
  public String toString() {
    return "Session[agent=" + agent.id() + "]";
  }
}
