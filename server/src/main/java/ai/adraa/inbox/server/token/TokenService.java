package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.secret.Secret;
import io.github.thibaultmeyer.cuid.CUID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates, verifies, finds, changes, replaces and revokes API tokens. Thread-safe. */
public final class TokenService {
  // Calendar years, in UTC.
  private static final int MOST_YEARS = 10;

  private final TokenStore store;
  private final TokenList list;
  private final UsageStore usage;
  private final LastUse<TokenUse> lastUse;
  private final Clock clock;

  public TokenService(Database database, LastUse<TokenUse> lastUse, Clock clock) {
    this.store = new TokenStore(database);
    this.list = new TokenList(database);
    this.usage = new UsageStore(database);
    this.lastUse = lastUse;
    // The database stores milliseconds.
    this.clock = Clock.tick(clock, Duration.ofMillis(1));
  }

  /** Returns the token's status now. */
  public Token.Status status(Token token) {
    return token.status(clock.instant());
  }

  /**
   * Creates a token. On return it is on disk.
   *
   * @throws NotPermittedException if the admin's session has ended or its agent is not an admin of
   *     the workspace
   * @throws InvalidExpiryException if the expiry is not in the next 10 years
   */
  public Token.Created create(String workspaceId, Token.Properties properties, Admin admin) {
    Instant now = clock.instant();
    requireExpiry("expiresAt", properties.expiresAt(), now);
    Secret secret = Secret.newToken();
    Token token =
        new Token(
            CUID.randomCUID1().toString(),
            properties.name(),
            properties.description().filter(text -> !text.isEmpty()),
            secret.prefix(),
            now,
            admin.agent(),
            properties.expiresAt(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    store.insert(token, workspaceId, secret.hash(), admin);
    return new Token.Created(token, secret);
  }

  /**
   * Changes an active token.
   *
   * @return the changed token; empty if it does not exist in this workspace
   * @throws NotPermittedException as for {@link #create}
   * @throws InvalidExpiryException if the new expiry is not in the next 10 years
   * @throws TokenNotActiveException if the token is revoked or expired
   */
  public Optional<Token> update(
      String workspaceId, String tokenId, Token.Changes changes, Admin admin) {
    return store.update(workspaceId, tokenId, changes, clock, admin);
  }

  /**
   * Creates a token that replaces another one. Both work until the old one is revoked or expires.
   *
   * @return the new token; empty if the old one does not exist in this workspace
   * @throws NotPermittedException as for {@link #create}
   * @throws InvalidExpiryException if an expiry is not in the next 10 years
   * @throws TokenAlreadyReplacedException if the old token has a replacement that is not revoked
   */
  public Optional<Token.Created> replace(
      String workspaceId, String tokenId, Token.Replacement replacement, Admin admin) {
    Secret secret = Secret.newToken();
    return store
        .replace(
            workspaceId, tokenId, CUID.randomCUID1().toString(), replacement, secret, clock, admin)
        .map(token -> new Token.Created(token, secret));
  }

  static void requireExpiry(String field, Optional<Instant> expiry, Instant now) {
    if (expiry.isPresent() && !isExpiry(expiry.get(), now)) {
      throw new InvalidExpiryException(field);
    }
  }

  /** Returns true if the time is in the future, and at most 10 years from now. */
  public static boolean isExpiry(Instant at, Instant now) {
    Instant latest = now.atOffset(ZoneOffset.UTC).plusYears(MOST_YEARS).toInstant();
    return at.isAfter(now) && !at.isAfter(latest);
  }

  /**
   * Returns the active token with this secret and records that it was used.
   *
   * @param secret a well-formed token; check {@link Secret#isWellFormedToken} first, because
   *     looking up a malformed token only wastes a database read
   * @param from the IP address of the request; null if it is not known
   * @return empty if the token is unknown, revoked or expired
   */
  public Optional<Token.Verified> verify(Secret secret, @Nullable String from) {
    Instant now = clock.instant();
    Optional<Token.Verified> verified = store.findActive(secret.hash(), now);
    verified.ifPresent(
        token ->
            lastUse.update(token.id(), use -> (use == null ? new TokenUse() : use).add(now, from)));
    return verified;
  }

  /**
   * Revokes a token immediately and permanently. Revoking it again changes nothing.
   *
   * @return the revoked token; empty if it does not exist in this workspace
   * @throws NotPermittedException as for {@link #create}
   */
  public Optional<Token> revoke(String workspaceId, String tokenId, Admin admin) {
    return store.revoke(workspaceId, tokenId, clock.instant(), admin);
  }

  /** Revokes a token that was verified with its own secret, immediately and permanently. */
  public void revokeOwn(Token.Verified token, AuditEvent.Source source) {
    store.revokeOwn(token, clock.instant(), source);
  }

  /** Returns a token; empty if it does not exist in this workspace. */
  public Optional<Token> find(String workspaceId, String tokenId) {
    return store.find(workspaceId, tokenId);
  }

  /**
   * Returns the usage of a token on the last days.
   *
   * @param days from 1 to {@link UsageStore#DAYS}
   * @return empty if the token does not exist in this workspace
   */
  public Optional<UsageStore.Usage> usage(String workspaceId, String tokenId, int days) {
    return find(workspaceId, tokenId).map(token -> usage.usage(tokenId, days, clock.instant()));
  }

  /**
   * Returns one page of the workspace's tokens.
   *
   * @param limit the most tokens to return
   * @param cursor the {@code nextCursor} of the previous page; null for the first page
   * @throws IllegalArgumentException if the cursor is malformed or of another order
   */
  public TokenList.Page list(
      String workspaceId, TokenQuery query, int limit, @Nullable String cursor) {
    return list.page(workspaceId, query, clock.instant(), limit, cursor);
  }
}
