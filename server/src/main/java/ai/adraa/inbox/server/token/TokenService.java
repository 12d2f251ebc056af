package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.secret.Secret;
import io.github.thibaultmeyer.cuid.CUID;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Issues, verifies and revokes API tokens. Thread-safe. */
public final class TokenService {
  /**
   * One page of a list.
   *
   * @param nextCursor where the next page begins; empty on the last one
   */
  public record Page(List<Token> tokens, Optional<String> nextCursor) {}

  // The time of creation in milliseconds, and the token's id (a cuid).
  private static final Pattern POSITION = Pattern.compile("([0-9]{1,18})\\.(c[a-z0-9]{24})");

  private final TokenStore store;
  private final LastUse lastUse;
  private final Clock clock;

  public TokenService(TokenStore store, LastUse lastUse, Clock clock) {
    this.store = store;
    this.lastUse = lastUse;
    this.clock = clock;
  }

  /**
   * Creates a token; on return it is on the disk.
   *
   * @throws NotPermittedException if the admin's session has ended, or its agent is no longer an
   *     admin of the workspace
   */
  public Token.Created create(String workspaceId, String name, Admin admin) {
    Secret secret = Secret.newToken();
    Token token =
        new Token(
            CUID.randomCUID1().toString(),
            name,
            secret.prefix(),
            now(),
            admin.agent(),
            Optional.empty(),
            Optional.empty());
    store.insert(token, workspaceId, secret.hash(), admin);
    return new Token.Created(token, secret);
  }

  /**
   * What the secret opens.
   *
   * @param secret a well-formed token; another would be asked for in vain
   * @return empty if it is unknown or revoked, which are not told apart
   */
  public Optional<Token.Verified> verify(Secret secret) {
    Optional<Token.Verified> verified = store.findActive(secret.hash());
    verified.ifPresent(token -> lastUse.record(token.id(), now()));
    return verified;
  }

  /**
   * Revokes a token at once and for good; repeating it changes nothing.
   *
   * @return the revoked token; empty if the workspace has no such token
   * @throws NotPermittedException as for {@link #create}
   */
  public Optional<Token> revoke(String workspaceId, String tokenId, Admin admin) {
    return store.revoke(workspaceId, tokenId, now(), admin);
  }

  /** One token; empty if the workspace has no such token. */
  public Optional<Token> find(String workspaceId, String tokenId) {
    return store.find(workspaceId, tokenId);
  }

  /**
   * One page of the workspace's tokens, newest first.
   *
   * @throws IllegalArgumentException if the cursor is not one of this list's
   */
  public Page list(
      String workspaceId, Token.@Nullable Status status, int limit, @Nullable String cursor) {
    TokenStore.Position after = cursor == null ? null : position(cursor);
    // One more than asked for tells whether another page follows.
    List<Token> tokens = store.list(workspaceId, status, after, limit + 1);
    if (tokens.size() <= limit) {
      return new Page(tokens, Optional.empty());
    }
    return new Page(tokens.subList(0, limit), Optional.of(cursor(tokens.get(limit - 1))));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
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
      throw new IllegalArgumentException("Not a cursor");
    }
    return new TokenStore.Position(Long.parseLong(position.group(1)), position.group(2));
  }
}
