package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.AuditEventsApi;
import ai.adraa.inbox.client.generated.SessionApi;
import ai.adraa.inbox.client.generated.TokensApi;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.AuditEvent;
import ai.adraa.inbox.client.model.AuditEventList;
import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.client.model.NewToken;
import ai.adraa.inbox.client.model.Replacement;
import ai.adraa.inbox.client.model.Session;
import ai.adraa.inbox.client.model.TokenChanges;
import ai.adraa.inbox.client.model.TokenList;
import ai.adraa.inbox.client.model.TokenUsage;
import ai.adraa.inbox.client.model.WorkspaceMembership;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The console session of a signed-in agent. An admin of a workspace manages its API tokens with it.
 * Thread-safe. The session ends after 12 hours without use, and after 7 days at the latest. After
 * that, every method fails with {@code INVALID_SESSION}.
 *
 * <p>The methods for tokens and audit events fail with {@code ADMIN_REQUIRED} if the agent is not
 * an admin of the workspace, and with {@code WORKSPACE_NOT_FOUND} if the workspace does not exist
 * or the agent is not a member of it.
 */
public final class ConsoleSession {
  private static final int LARGEST_PAGE = 100;

  private final String secret;
  private final Transport transport;
  private final @Nullable Session atSignIn;

  ConsoleSession(String secret, Transport transport, @Nullable Session atSignIn) {
    this.secret = secret;
    this.transport = transport;
    this.atSignIn = atSignIn;
  }

  /**
   * Returns the agent, the agent's workspaces, and when the session ends.
   *
   * @throws AdraaInboxException if the session has ended, or if the request fails otherwise
   */
  public Session get() {
    return transport
        .call(Operation.GET_SESSION, api -> new SessionApi(api).getSession())
        .getSession();
  }

  /**
   * Returns the agent's workspaces as they were at the sign-in. For a session that {@link
   * AdraaInbox#resumeSession} continues, asks the server, like {@link #get}.
   *
   * @throws AdraaInboxException if the server is asked, and the session has ended or the request
   *     fails otherwise
   */
  public List<WorkspaceMembership> workspaces() {
    return List.copyOf((atSignIn == null ? get() : atSignIn).getWorkspaces());
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
    transport.run(Operation.SIGN_OUT, api -> new SessionApi(api).signOut());
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
    Objects.requireNonNull(name, "name");
    return createToken(workspaceId, new NewToken().name(name));
  }

  /**
   * Creates a token with a description or an expiry.
   *
   * @param token the name of the token, which is required, its description and when it expires
   * @return the token and its secret, which is returned only once
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if a field is not valid, or another code
   */
  public CreatedToken createToken(String workspaceId, NewToken token) {
    Objects.requireNonNull(workspaceId, "workspaceId");
    Objects.requireNonNull(token, "token");
    return transport.call(
        Operation.CREATE_TOKEN, api -> new TokensApi(api).createToken(workspaceId, token));
  }

  /**
   * Changes the name, the description or the expiry of an active token.
   *
   * @param changes the fields to change; fields that are not set stay as they are
   * @return the changed token
   * @throws AdraaInboxException {@code TOKEN_NOT_ACTIVE} if the token is revoked or expired, {@code
   *     TOKEN_NOT_FOUND} if it does not exist in this workspace, {@code VALIDATION_ERROR} if a
   *     field is not valid, or another code
   */
  public ApiToken updateToken(String workspaceId, String tokenId, TokenChanges changes) {
    Objects.requireNonNull(workspaceId, "workspaceId");
    Objects.requireNonNull(tokenId, "tokenId");
    Objects.requireNonNull(changes, "changes");
    return transport
        .call(
            Operation.UPDATE_TOKEN,
            api -> new TokensApi(api).updateToken(workspaceId, tokenId, changes))
        .getToken();
  }

  /**
   * Creates a token that replaces another one. Both work until the old one is revoked or expires. A
   * revoked or expired token can be replaced too.
   *
   * @param replacement what differs from the old token, and when each of them expires; the new
   *     token has the old one's name and description unless they are set
   * @return the new token and its secret, which is returned only once
   * @throws AdraaInboxException {@code TOKEN_ALREADY_REPLACED} if the token has a replacement that
   *     is not revoked, {@code TOKEN_NOT_FOUND} if it does not exist in this workspace, {@code
   *     VALIDATION_ERROR} if a field is not valid, or another code
   */
  public CreatedToken replaceToken(String workspaceId, String tokenId, Replacement replacement) {
    Objects.requireNonNull(workspaceId, "workspaceId");
    Objects.requireNonNull(tokenId, "tokenId");
    Objects.requireNonNull(replacement, "replacement");
    return transport.call(
        Operation.REPLACE_TOKEN,
        api -> new TokensApi(api).replaceToken(workspaceId, tokenId, replacement));
  }

  /**
   * Returns how many requests were sent with a token on each of the last days, and the addresses
   * that sent the latest ones.
   *
   * @param days how many days (UTC), 1 to 90; the last one is today
   * @throws AdraaInboxException {@code TOKEN_NOT_FOUND} if the token does not exist in this
   *     workspace, {@code VALIDATION_ERROR} if the number of days is not valid, or another code
   */
  public TokenUsage getTokenUsage(String workspaceId, String tokenId, int days) {
    Objects.requireNonNull(workspaceId, "workspaceId");
    Objects.requireNonNull(tokenId, "tokenId");
    return transport
        .call(
            Operation.GET_TOKEN_USAGE,
            api -> new TokensApi(api).getTokenUsage(workspaceId, tokenId, days))
        .getUsage();
  }

  /**
   * Returns one token.
   *
   * @throws AdraaInboxException {@code TOKEN_NOT_FOUND} if the token does not exist in this
   *     workspace, or another code
   */
  public ApiToken getToken(String workspaceId, String tokenId) {
    Objects.requireNonNull(workspaceId, "workspaceId");
    Objects.requireNonNull(tokenId, "tokenId");
    return transport
        .call(Operation.GET_TOKEN, api -> new TokensApi(api).getToken(workspaceId, tokenId))
        .getToken();
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
    Objects.requireNonNull(workspaceId, "workspaceId");
    Objects.requireNonNull(tokenId, "tokenId");
    return transport
        .call(Operation.REVOKE_TOKEN, api -> new TokensApi(api).revokeToken(workspaceId, tokenId))
        .getToken();
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
    TokenQuery query = status == null ? TokenQuery.all() : TokenQuery.all().status(status);
    return page(workspaceId, query, limit, cursor);
  }

  /**
   * Returns one page of the tokens that a query selects.
   *
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if a value of the query is not valid, or
   *     another code
   */
  public TokenList listTokens(String workspaceId, TokenQuery query) {
    Objects.requireNonNull(query, "query");
    return page(workspaceId, query, query.limit, query.cursor);
  }

  private TokenList page(
      String workspaceId, TokenQuery query, @Nullable Integer limit, @Nullable String cursor) {
    Objects.requireNonNull(workspaceId, "workspaceId");
    return transport.call(
        Operation.LIST_TOKENS,
        api ->
            new TokensApi(api)
                .listTokens(
                    workspaceId,
                    query.status == null ? null : query.status.toString(),
                    limit,
                    cursor,
                    query.text,
                    text(query.unusedSince),
                    query.sort == null ? null : query.sort.toString()));
  }

  /**
   * Returns all tokens, newest first. The first page is requested immediately, further pages as the
   * stream is read, so reading the stream can also throw the exceptions of {@link #listTokens}.
   *
   * @param status return only tokens with this status; null for all tokens
   */
  public Stream<ApiToken> tokens(String workspaceId, @Nullable TokenStatusFilter status) {
    return findTokens(
        workspaceId, status == null ? TokenQuery.all() : TokenQuery.all().status(status));
  }

  /**
   * Returns all tokens that a query selects. The first page is requested immediately, further pages
   * as the stream is read, so reading the stream can also throw the exceptions of {@link
   * #listTokens(String, TokenQuery)}.
   *
   * @param query its limit is the size of a page, 100 by default
   */
  public Stream<ApiToken> findTokens(String workspaceId, TokenQuery query) {
    Objects.requireNonNull(query, "query");
    Integer limit = query.limit == null ? LARGEST_PAGE : query.limit;
    return items(
        query.cursor,
        cursor -> page(workspaceId, query, limit, cursor),
        TokenList::getNextCursor,
        TokenList::getTokens);
  }

  /**
   * Returns one page of the audit events that a query selects, newest first.
   *
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if a value of the query is not valid, or
   *     another code
   */
  public AuditEventList listAuditEvents(String workspaceId, AuditQuery query) {
    Objects.requireNonNull(query, "query");
    return page(workspaceId, query, query.limit, query.cursor);
  }

  /**
   * Returns all audit events that a query selects, newest first. The first page is requested
   * immediately, further pages as the stream is read, so reading the stream can also throw the
   * exceptions of {@link #listAuditEvents}.
   *
   * @param query its limit is the size of a page, 100 by default
   */
  public Stream<AuditEvent> auditEvents(String workspaceId, AuditQuery query) {
    Objects.requireNonNull(query, "query");
    Integer limit = query.limit == null ? LARGEST_PAGE : query.limit;
    return items(
        query.cursor,
        cursor -> page(workspaceId, query, limit, cursor),
        AuditEventList::getNextCursor,
        AuditEventList::getEvents);
  }

  private AuditEventList page(
      String workspaceId, AuditQuery query, @Nullable Integer limit, @Nullable String cursor) {
    Objects.requireNonNull(workspaceId, "workspaceId");
    return transport.call(
        Operation.LIST_AUDIT_EVENTS,
        api ->
            new AuditEventsApi(api)
                .listAuditEvents(
                    workspaceId,
                    query.action,
                    query.tokenId,
                    query.agentId,
                    text(query.since),
                    text(query.until),
                    limit,
                    cursor));
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  /** Returns the items of a page and of all pages after it. */
  private static <P, T> Stream<T> items(
      @Nullable String first,
      Function<@Nullable String, P> request,
      Function<P, @Nullable String> nextCursor,
      Function<P, List<T>> items) {
    return Stream.iterate(
            Optional.of(request.apply(first)),
            Optional::isPresent,
            page -> page.map(nextCursor).map(request))
        .flatMap(page -> items.apply(page.orElseThrow()).stream());
  }

  @Override
  public String toString() {
    return "ConsoleSession[hidden]";
  }
}
