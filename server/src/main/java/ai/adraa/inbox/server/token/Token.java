package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.secret.Secret;
import java.security.Principal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * An API token without its secret, which is never stored.
 *
 * @param id a cuid; never changes
 * @param prefix the first 14 characters of the secret
 * @param expiresAt from this time on the token grants no access; empty if it does not expire
 * @param lastUse written with a delay; empty if the token was never used
 * @param revocation when and by whom the token was revoked; empty if it is not revoked
 * @param replaces the id of the token that this one replaces
 * @param replacedBy the id of the newest token that replaces this one
 */
public record Token(
    String id,
    String name,
    Optional<String> description,
    String prefix,
    Instant createdAt,
    Actor createdBy,
    Optional<Instant> expiresAt,
    Optional<Use> lastUse,
    Optional<Revocation> revocation,
    Optional<String> replaces,
    Optional<String> replacedBy) {
  /** Only an active token grants access. A token that is revoked and expired is revoked. */
  public enum Status {
    ACTIVE,
    REVOKED,
    EXPIRED
  }

  /** Why a token was revoked. */
  public enum Reason {
    /** An admin revoked it. */
    ADMIN,
    /** An admin revoked it while it had a replacement. */
    REPLACED,
    /** It was revoked with its own secret. */
    SELF,
    /** It was reported as leaked. */
    LEAKED
  }

  /** Returns the status at this time. */
  public Status status(Instant now) {
    if (revocation.isPresent()) {
      return Status.REVOKED;
    }
    return expiresAt.isPresent() && !expiresAt.get().isAfter(now) ? Status.EXPIRED : Status.ACTIVE;
  }

  /** The agent who created or revoked a token. */
  public record Actor(String id, String nickname) {}

  /**
   * A use of a token.
   *
   * @param from the IP address; empty if it is not known
   */
  public record Use(Instant at, Optional<String> from) {}

  /**
   * When, why and by whom a token was revoked; it cannot be undone.
   *
   * @param by empty if it was revoked with its own secret or reported as leaked
   */
  public record Revocation(Instant at, Optional<Actor> by, Reason reason) {}

  /**
   * What an admin chooses for a new token.
   *
   * @param expiresAt empty if the token does not expire
   */
  public record Properties(String name, Optional<String> description, Optional<Instant> expiresAt) {
    public Properties {
      expiresAt = inMilliseconds(expiresAt);
    }

    /** Returns the properties of a token without description that does not expire. */
    public static Properties named(String name) {
      return new Properties(name, Optional.empty(), Optional.empty());
    }
  }

  /**
   * Changes of an active token. What is empty stays as it is.
   *
   * @param description an empty text removes the description
   * @param neverExpires true to remove the expiry
   */
  public record Changes(
      Optional<String> name,
      Optional<String> description,
      Optional<Instant> expiresAt,
      boolean neverExpires) {
    public Changes {
      expiresAt = inMilliseconds(expiresAt);
    }
  }

  /**
   * What an admin chooses for a token that replaces another one.
   *
   * @param name if empty, the name of the old token
   * @param description if empty, that of the old token
   * @param expiresAt of the new token; empty if it does not expire
   * @param oldExpiresAt from this time on the old token grants no access; empty to leave it as it
   *     is
   */
  public record Replacement(
      Optional<String> name,
      Optional<String> description,
      Optional<Instant> expiresAt,
      Optional<Instant> oldExpiresAt) {
    public Replacement {
      expiresAt = inMilliseconds(expiresAt);
      oldExpiresAt = inMilliseconds(oldExpiresAt);
    }
  }

  /** As the database stores it. */
  private static Optional<Instant> inMilliseconds(Optional<Instant> time) {
    return time.map(at -> at.truncatedTo(ChronoUnit.MILLIS));
  }

  /** An active token and the workspace it grants access to. */
  public record Verified(
      String id, String name, String workspaceId, String workspaceName, Optional<Instant> expiresAt)
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
