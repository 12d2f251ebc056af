package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.ApiClient;
import ai.adraa.inbox.client.generated.SessionApi;
import ai.adraa.inbox.client.generated.TokensApi;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.CreateTokenRequest;
import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.client.model.Session;
import ai.adraa.inbox.client.model.TokenList;
import ai.adraa.inbox.client.model.TokenStatusFilter;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A signed-in agent's console session, in which an admin manages the API tokens of a workspace.
 * Immutable and thread-safe. It ends after 12 hours without use, and after 7 days at most; from
 * then on every method throws {@code INVALID_SESSION}.
 *
 * <p>The methods on tokens throw {@code ADMIN_REQUIRED} for an agent who is no admin of the
 * workspace, and {@code WORKSPACE_NOT_FOUND} if it is unknown or the agent is no member.
 */
public final class ConsoleSession {
  private static final int LARGEST_PAGE = 100;

  private final SessionApi sessions;
  private final TokensApi tokens;

  ConsoleSession(ApiClient transport) {
    this.sessions = new SessionApi(transport);
    this.tokens = new TokensApi(transport);
  }

  /**
   * The agent, the agent's workspaces, and when the session ends.
   *
   * @throws AdraaInboxException if the session has ended, or for any other failure
   */
  public Session get() {
    return AdraaInboxException.unwrap(sessions::getSession).getSession();
  }

  /**
   * Ends the session on the server.
   *
   * @throws AdraaInboxException if it has ended already, or for any other failure
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
   * @param name the system that will use it; 1 to 100 characters, need not be unique
   * @return the token and its secret, which is told this once
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if the name is wrong, or any other failure
   */
  public CreatedToken createToken(String workspaceId, String name) {
    return AdraaInboxException.unwrap(
        () -> tokens.createToken(workspaceId, new CreateTokenRequest().name(name)));
  }

  /**
   * One token.
   *
   * @throws AdraaInboxException {@code TOKEN_NOT_FOUND} if the workspace has no such token, or any
   *     other failure
   */
  public ApiToken getToken(String workspaceId, String tokenId) {
    return AdraaInboxException.unwrap(() -> tokens.getToken(workspaceId, tokenId)).getToken();
  }

  /**
   * Revokes a token at once and for good: the next request with it fails. Repeating it changes
   * nothing.
   *
   * @return the revoked token
   * @throws AdraaInboxException {@code TOKEN_NOT_FOUND} if the workspace has no such token, or any
   *     other failure
   */
  public ApiToken revokeToken(String workspaceId, String tokenId) {
    return AdraaInboxException.unwrap(() -> tokens.revokeToken(workspaceId, tokenId)).getToken();
  }

  /**
   * One page of tokens, newest first.
   *
   * @param status only tokens with this status; all, revoked ones included, if null
   * @param limit at most so many, 1 to 100; 50 if null
   * @param cursor the {@code nextCursor} of the page before; the first page if null
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if limit or cursor is wrong, or any other
   *     failure
   */
  public TokenList listTokens(
      String workspaceId,
      @Nullable TokenStatusFilter status,
      @Nullable Integer limit,
      @Nullable String cursor) {
    return AdraaInboxException.unwrap(() -> tokens.listTokens(workspaceId, status, limit, cursor));
  }

  /**
   * All tokens, newest first. Pages are requested as the stream is read, so it may throw then what
   * {@link #listTokens} throws.
   *
   * @param status only tokens with this status; all, revoked ones included, if null
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
