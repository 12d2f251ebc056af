package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.secret.Secret;
import java.security.Principal;
import java.time.Instant;
import java.util.Optional;

/**
 * An API token as it is stored: without its secret.
 *
 * @param prefix the first 14 characters of the secret
 * @param revocation when and by whom it was revoked; empty while it is active
 */
public record Token(
    String id,
    String name,
    String prefix,
    Instant createdAt,
    Actor createdBy,
    Optional<Instant> lastUsedAt,
    Optional<Revocation> revocation) {
  /** Whether a token can be used. */
  public enum Status {
    ACTIVE,
    REVOKED
  }

  /** Whether it can be used. */
  public Status status() {
    return revocation.isPresent() ? Status.REVOKED : Status.ACTIVE;
  }

  /** The agent who did it. */
  public record Actor(String id, String nickname) {}

  /** The one change that a token ever sees. */
  public record Revocation(Instant at, Actor by) {}

  /** What an active token opens, and which token it is: the answer to its holder. */
  public record Verified(String id, String name, String workspaceId, String workspaceName)
      implements Principal {
    @Override
    public String getName() {
      return id;
    }
  }

  /** A new token with its secret, which is told now or never. */
  public record Created(Token token, Secret secret) {}
}
