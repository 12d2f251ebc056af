package ai.adraa.inbox.server;

import ai.adraa.inbox.server.model.TokenStatusFilter;
import io.github.thibaultmeyer.cuid.CUID;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Issues, verifies and revokes API tokens. Thread-safe. */
final class TokenService {
  /**
   * One page of a list.
   *
   * @param nextCursor where the next page begins; empty on the last one
   */
  record Page(List<Token> tokens, Optional<String> nextCursor) {}

  private final TokenStore store;
  private final LastUse lastUse;
  private final Clock clock;

  TokenService(TokenStore store, LastUse lastUse, Clock clock) {
    this.store = store;
    this.lastUse = lastUse;
    this.clock = clock;
  }

  /** Creates a token; on return it is on the disk. */
  Token.Created create(
      String workspaceId, String name, Token.Actor creator, AuditEvent.Source source) {
    Secret secret = Secret.newToken();
    Token token =
        new Token(
            CUID.randomCUID1().toString(),
            name,
            secret.prefix(),
            now(),
            creator,
            Optional.empty(),
            Optional.empty());
    store.insert(token, workspaceId, secret.hash(), source);
    return new Token.Created(token, secret);
  }

  /**
   * What the secret opens.
   *
   * @param secret a well-formed token; another would be asked for in vain
   * @return empty if it is unknown or revoked, which are not told apart
   */
  Optional<Token.Verified> verify(Secret secret) {
    Optional<Token.Verified> verified = store.findActive(secret.hash());
    verified.ifPresent(token -> lastUse.record(token.id(), now()));
    return verified;
  }

  /**
   * Revokes a token at once and for good; repeating it changes nothing.
   *
   * @throws ApiException {@code TOKEN_NOT_FOUND} if the workspace has no such token
   */
  Token revoke(String workspaceId, String tokenId, String agentId, AuditEvent.Source source) {
    return store
        .revoke(workspaceId, tokenId, now(), agentId, source)
        .orElseThrow(() -> new ApiException(ErrorCode.TOKEN_NOT_FOUND));
  }

  /**
   * One token.
   *
   * @throws ApiException {@code TOKEN_NOT_FOUND} if the workspace has no such token
   */
  Token get(String workspaceId, String tokenId) {
    return store
        .find(workspaceId, tokenId)
        .orElseThrow(() -> new ApiException(ErrorCode.TOKEN_NOT_FOUND));
  }

  /**
   * One page of the workspace's tokens, newest first.
   *
   * @throws ApiException {@code VALIDATION_ERROR} if the cursor is not one of this list's
   */
  Page list(
      String workspaceId, @Nullable TokenStatusFilter status, int limit, @Nullable String cursor) {
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
    try {
      String position =
          new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
      int dot = position.indexOf('.');
      return new TokenStore.Position(
          Long.parseLong(position, 0, Math.max(dot, 0), 10), position.substring(dot + 1));
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid("cursor", "must be the nextCursor of the page before");
    }
  }
}
