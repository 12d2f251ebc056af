package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.secret.Secret;
import io.github.thibaultmeyer.cuid.CUID;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Creates, verifies, lists and revokes API tokens. Thread-safe. */
public final class TokenService {
  /**
   * One page of a list.
   *
   * @param nextCursor the cursor of the next page; empty on the last page
   */
  public record Page(List<Token> tokens, Optional<String> nextCursor) {}

  // The creation time in milliseconds since the epoch, and the token's id (a cuid).
  private static final Pattern POSITION = Pattern.compile("([0-9]{1,18})\\.(c[a-z0-9]{24})");

  private final TokenStore store;
  private final LastUse lastUse;
  private final Clock clock;

  public TokenService(TokenStore store, LastUse lastUse, Clock clock) {
    this.store = store;
    this.lastUse = lastUse;
    // The database stores milliseconds.
    this.clock = Clock.tick(clock, Duration.ofMillis(1));
  }

  /**
   * Creates a token. On return it is on disk.
   *
   * @throws NotPermittedException if the admin's session has ended or its agent is not an admin of
   *     the workspace
   */
  public Token.Created create(String workspaceId, String name, Admin admin) {
    Secret secret = Secret.newToken();
    Token token =
        new Token(
            CUID.randomCUID1().toString(),
            name,
            secret.prefix(),
            clock.instant(),
            admin.agent(),
            Optional.empty(),
            Optional.empty());
    store.insert(token, workspaceId, secret.hash(), admin);
    return new Token.Created(token, secret);
  }

  /**
   * Returns the active token with this secret and records that it was used.
   *
   * @param secret a well-formed token; check {@link Secret#isWellFormedToken} first, because
   *     looking up a malformed token only wastes a database read
   * @return empty if the token is unknown or revoked
   */
  public Optional<Token.Verified> verify(Secret secret) {
    Optional<Token.Verified> verified = store.findActive(secret.hash());
    verified.ifPresent(token -> lastUse.record(token.id(), clock.instant()));
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

  /** Returns a token; empty if it does not exist in this workspace. */
  public Optional<Token> find(String workspaceId, String tokenId) {
    return store.find(workspaceId, tokenId);
  }

  /**
   * Returns one page of the workspace's tokens, newest first.
   *
   * @param status null for tokens of any status
   * @param limit the most tokens to return
   * @param cursor the {@code nextCursor} of the previous page; null for the first page
   * @throws IllegalArgumentException if the cursor is malformed
   */
  public Page list(
      String workspaceId, Token.@Nullable Status status, int limit, @Nullable String cursor) {
    TokenStore.Position after = cursor == null ? null : position(cursor);
    // Reads one more than the limit to find out whether another page follows.
    List<Token> tokens = store.list(workspaceId, status, after, limit + 1);
    if (tokens.size() <= limit) {
      return new Page(tokens, Optional.empty());
    }
    return new Page(tokens.subList(0, limit), Optional.of(cursor(tokens.get(limit - 1))));
  }

  private static String cursor(Token token) {
    String position = token.createdAt().toEpochMilli() + "." + token.id();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(position.getBytes(StandardCharsets.US_ASCII));
  }

  private static TokenStore.Position position(String cursor) {
    Matcher position =
        POSITION.matcher(
            new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII));
    if (!position.matches()) {
      throw new IllegalArgumentException("The cursor is malformed");
    }
    return new TokenStore.Position(Long.parseLong(position.group(1)), position.group(2));
  }
}
