package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.ApiClient;
import ai.adraa.inbox.client.generated.SessionApi;
import ai.adraa.inbox.client.generated.TokensApi;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.client.model.NewToken;
import ai.adraa.inbox.client.model.Session;
import ai.adraa.inbox.client.model.TokenList;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The console session of a signed-in agent. An admin of a workspace manages its API tokens with it.
 * Immutable and thread-safe. The session ends after 12 hours without use, and after 7 days at the
 * latest. After that, every method fails with {@code INVALID_SESSION}.
 *
 * <p>The methods for tokens fail with {@code ADMIN_REQUIRED} if the agent is not an admin of the
 * workspace, and with {@code WORKSPACE_NOT_FOUND} if the workspace does not exist or the agent is
 * not a member of it.
 */
public final class ConsoleSession {
  private static final int LARGEST_PAGE = 100;

  private final String secret;
  private final SessionApi sessions;
  private final TokensApi tokens;

  ConsoleSession(String secret, ApiClient transport) {
    this.secret = secret;
    this.sessions = new SessionApi(transport);
    this.tokens = new TokensApi(transport);
  }

  /**
   * Returns the agent, the agent's workspaces, and when the session ends.
   *
   * @throws AdraaInboxException if the session has ended, or if the request fails otherwise
   */
  public Session get() {
    return AdraaInboxException.unwrap(sessions::getSession).getSession();
  }

  /**
   * Returns the session's secret, with which {@link AdraaInbox#resumeSession} continues the
   * session. Store it like a password.
   */
  public String secret() {
    return secret;
  }

  /**
   * Ends the session on the server.
   *
   * @throws AdraaInboxException if the session has already ended, or if the request fails otherwise
   */
  public void signOut() {
    AdraaInboxException.unwrap(
        () -> {
          sessions.signOut();
          return this;
        });
  }

  /**
   * Creates a token.
   *
   * @param name the name of the system that will use the token, 1 to 100 characters long; it does
   *     not have to be unique
   * @return the token and its secret, which is returned only once
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if the name is not valid, or another code
   */
  public CreatedToken createToken(String workspaceId, String name) {
    return AdraaInboxException.unwrap(
        () -> tokens.createToken(workspaceId, new NewToken().name(name)));
  }

  /**
   * Returns one token.
   *
   * @throws AdraaInboxException {@code TOKEN_NOT_FOUND} if the token does not exist in this
   *     workspace, or another code
   */
  public ApiToken getToken(String workspaceId, String tokenId) {
    return AdraaInboxException.unwrap(() -> tokens.getToken(workspaceId, tokenId)).getToken();
  }

  /**
   * Revokes a token: the next request with it fails, and it cannot be re-enabled. Revoking a token
   * again changes nothing.
   *
   * @return the revoked token
   * @throws AdraaInboxException {@code TOKEN_NOT_FOUND} if the token does not exist in this
   *     workspace, or another code
   */
  public ApiToken revokeToken(String workspaceId, String tokenId) {
    return AdraaInboxException.unwrap(() -> tokens.revokeToken(workspaceId, tokenId)).getToken();
  }

  /**
   * Returns one page of tokens, newest first.
   *
   * @param status return only tokens with this status; null for all tokens
   * @param limit the maximum number of tokens, 1 to 100; null for 50
   * @param cursor the {@code nextCursor} of the previous page; null for the first page
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if limit or cursor is not valid, or
   *     another code
   */
  public TokenList listTokens(
      String workspaceId,
      @Nullable TokenStatusFilter status,
      @Nullable Integer limit,
      @Nullable String cursor) {
    return AdraaInboxException.unwrap(
        () ->
            tokens.listTokens(
                workspaceId,
                status == null ? null : status.toString(),
                null,
                null,
                null,
                limit,
                cursor));
  }

  /**
   * Returns all tokens, newest first. The first page is requested immediately, further pages as the
   * stream is read, so reading the stream can also throw the exceptions of {@link #listTokens}.
   *
   * @param status return only tokens with this status; null for all tokens
   */
  public Stream<ApiToken> tokens(String workspaceId, @Nullable TokenStatusFilter status) {
    return Stream.iterate(
            Optional.of(listTokens(workspaceId, status, LARGEST_PAGE, null)),
            Optional::isPresent,
            page ->
                page.map(TokenList::getNextCursor)
                    .map(cursor -> listTokens(workspaceId, status, LARGEST_PAGE, cursor)))
        .flatMap(page -> page.orElseThrow().getTokens().stream());
  }

  @Override
  public String toString() {
    return "ConsoleSession[hidden]";
  }
}
