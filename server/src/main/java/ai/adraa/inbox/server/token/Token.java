package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.secret.Secret;
import java.security.Principal;
import java.time.Instant;
import java.util.Optional;

/**
 * An API token without its secret, which is never stored.
 *
 * @param id a cuid; never changes
 * @param prefix the first 14 characters of the secret
 * @param lastUsedAt written with a delay; empty if the token was never used
 * @param revocation when and by whom the token was revoked; empty while it is active
 */
public record Token(
    String id,
    String name,
    String prefix,
    Instant createdAt,
    Actor createdBy,
    Optional<Instant> lastUsedAt,
    Optional<Revocation> revocation) {
  /** Only an active token grants access. */
  public enum Status {
    ACTIVE,
    REVOKED
  }

  public Status status() {
    return revocation.isPresent() ? Status.REVOKED : Status.ACTIVE;
  }

  /** The agent who created or revoked a token. */
  public record Actor(String id, String nickname) {}

  /** When and by whom a token was revoked; it cannot be undone. */
  public record Revocation(Instant at, Actor by) {}

  /** An active token and the workspace it grants access to. */
  public record Verified(String id, String name, String workspaceId, String workspaceName)
      implements Principal {
    /** Returns the token's id, which unlike its name is unique. */
    @Override
    public String getName() {
      return id;
    }
  }

  /** A new token with its secret, which is not stored and cannot be read again. */
  public record Created(Token token, Secret secret) {}
}
