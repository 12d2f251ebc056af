package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.AgentSession;
import ai.adraa.inbox.server.api.TokensApi;
import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.model.ApiToken;
import ai.adraa.inbox.server.model.CreatedToken;
import ai.adraa.inbox.server.model.NewToken;
import ai.adraa.inbox.server.model.Replacement;
import ai.adraa.inbox.server.model.TokenChanges;
import ai.adraa.inbox.server.model.TokenResponse;
import ai.adraa.inbox.server.model.TokenUsageResponse;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenList;
import ai.adraa.inbox.server.token.TokenQuery;
import ai.adraa.inbox.server.token.TokenService;
import ai.adraa.inbox.server.wire.Wire;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.UriBuilder;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates, finds, changes, replaces and revokes a workspace's API tokens for its admins. */
final class TokensResource implements TokensApi {
  private final TokenService tokens;
  @Context private SecurityContext caller;

  TokensResource(TokenService tokens) {
    this.tokens = tokens;
  }

  @Override
  public Response createToken(String workspaceId, NewToken request) {
    return created(
        workspaceId,
        tokens.create(
            workspaceId,
            new Token.Properties(
                request.getName(),
                Optional.ofNullable(request.getDescription()),
                Optional.ofNullable(request.getExpiresAt())),
            admin()));
  }

  @Override
  public Response getToken(String workspaceId, String tokenId) {
    return one(tokens.find(workspaceId, tokenId));
  }

  @Override
  public Response updateToken(String workspaceId, String tokenId, TokenChanges request) {
    boolean neverExpires = Boolean.TRUE.equals(request.getNeverExpires());
    if (neverExpires && request.getExpiresAt() != null) {
      throw ErrorCodeException.invalid("neverExpires", "cannot be sent with expiresAt");
    }
    return one(
        tokens.update(
            workspaceId,
            tokenId,
            new Token.Changes(
                Optional.ofNullable(request.getName()),
                Optional.ofNullable(request.getDescription()),
                Optional.ofNullable(request.getExpiresAt()),
                neverExpires),
            admin()));
  }

  @Override
  public Response replaceToken(String workspaceId, String tokenId, Replacement request) {
    return tokens
        .replace(
            workspaceId,
            tokenId,
            new Token.Replacement(
                Optional.ofNullable(request.getName()),
                Optional.ofNullable(request.getDescription()),
                Optional.ofNullable(request.getExpiresAt()),
                Optional.ofNullable(request.getOldExpiresAt())),
            admin())
        .map(created -> created(workspaceId, created))
        .orElseThrow(() -> new ErrorCodeException(ErrorCode.TOKEN_NOT_FOUND));
  }

  @Override
  public Response getTokenUsage(String workspaceId, String tokenId, Integer days) {
    return tokens
        .usage(workspaceId, tokenId, days)
        .map(usage -> Response.ok(new TokenUsageResponse().usage(Wire.of(usage))).build())
        .orElseThrow(() -> new ErrorCodeException(ErrorCode.TOKEN_NOT_FOUND));
  }

  @Override
  public Response listTokens(
      String workspaceId,
      @Nullable String status,
      Integer limit,
      @Nullable String cursor,
      @Nullable String query,
      @Nullable String unusedSince,
      String sort) {
    Optional<String> text = Optional.ofNullable(query).map(String::strip);
    if (text.isPresent() && Secret.isPartOf(text.get())) {
      throw ErrorCodeException.invalid(
          "query", "must not be a secret; send its prefix, the first 14 characters");
    }
    TokenQuery selection =
        new TokenQuery(
            Optional.ofNullable(status)
                .map(word -> Token.Status.valueOf(word.toUpperCase(Locale.ROOT))),
            text.filter(some -> !some.isEmpty()),
            QueryParameters.time("unusedSince", unusedSince),
            TokenQuery.Sort.of(sort));
    try {
      TokenList.Page page = tokens.list(workspaceId, selection, limit, cursor);
      return Response.ok(
              new ai.adraa.inbox.server.model.TokenList()
                  .tokens(page.tokens().stream().map(this::wire).toList())
                  .nextCursor(page.nextCursor().orElse(null))
                  .total(page.total())
                  .totalIsCapped(page.totalIsCapped()))
          .build();
    } catch (IllegalArgumentException e) {
      throw ErrorCodeException.invalid("cursor", "must be the nextCursor of the previous page");
    }
  }

  @Override
  public Response revokeToken(String workspaceId, String tokenId) {
    return one(tokens.revoke(workspaceId, tokenId, admin()));
  }

  private Admin admin() {
    return RequestSource.admin((AgentSession) caller.getUserPrincipal());
  }

  private Response created(String workspaceId, Token.Created created) {
    return Response.created(
            UriBuilder.fromPath(TokensApi.class.getAnnotation(Path.class).value())
                .path(created.token().id())
                .build(workspaceId))
        .entity(new CreatedToken().token(wire(created.token())).secret(created.secret().reveal()))
        .build();
  }

  private Response one(Optional<Token> token) {
    return token
        .map(found -> Response.ok(new TokenResponse().token(wire(found))).build())
        .orElseThrow(() -> new ErrorCodeException(ErrorCode.TOKEN_NOT_FOUND));
  }

  private ApiToken wire(Token token) {
    return Wire.of(token, tokens.status(token));
  }
}
