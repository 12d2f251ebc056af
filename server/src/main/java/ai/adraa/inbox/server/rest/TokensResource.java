package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.AgentSession;
import ai.adraa.inbox.server.api.TokensApi;
import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.model.Actor;
import ai.adraa.inbox.server.model.ApiToken;
import ai.adraa.inbox.server.model.CreatedToken;
import ai.adraa.inbox.server.model.NewToken;
import ai.adraa.inbox.server.model.TokenList;
import ai.adraa.inbox.server.model.TokenResponse;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenService;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.UriBuilder;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates, lists and revokes a workspace's API tokens for its admins. */
final class TokensResource implements TokensApi {
  private final TokenService tokens;
  @Context private SecurityContext caller;

  TokensResource(TokenService tokens) {
    this.tokens = tokens;
  }

  @Override
  public Response createToken(String workspaceId, NewToken request) {
    Token.Created created = tokens.create(workspaceId, request.getName(), admin());
    return Response.created(
            UriBuilder.fromPath(TokensApi.class.getAnnotation(Path.class).value())
                .path(created.token().id())
                .build(workspaceId))
        .entity(new CreatedToken().token(wire(created.token())).secret(created.secret().reveal()))
        .build();
  }

  @Override
  public Response getToken(String workspaceId, String tokenId) {
    return one(tokens.find(workspaceId, tokenId));
  }

  @Override
  public Response listTokens(
      String workspaceId, @Nullable String status, Integer limit, @Nullable String cursor) {
    TokenService.Page page;
    try {
      page = tokens.list(workspaceId, domain(status), limit, cursor);
    } catch (IllegalArgumentException e) {
      throw ErrorCodeException.invalid("cursor", "must be the nextCursor of the previous page");
    }
    return Response.ok(
            new TokenList()
                .tokens(page.tokens().stream().map(TokensResource::wire).toList())
                .nextCursor(page.nextCursor().orElse(null)))
        .build();
  }

  @Override
  public Response revokeToken(String workspaceId, String tokenId) {
    return one(tokens.revoke(workspaceId, tokenId, admin()));
  }

  private Admin admin() {
    return ConsoleRequest.admin((AgentSession) caller.getUserPrincipal());
  }

  private static Response one(Optional<Token> token) {
    return token
        .map(found -> Response.ok(new TokenResponse().token(wire(found))).build())
        .orElseThrow(() -> new ErrorCodeException(ErrorCode.TOKEN_NOT_FOUND));
  }

  private static Token.@Nullable Status domain(@Nullable String status) {
    return status == null ? null : Token.Status.valueOf(status.toUpperCase(Locale.ROOT));
  }

  private static ApiToken wire(Token token) {
    ApiToken wire =
        new ApiToken()
            .id(token.id())
            .name(token.name())
            .prefix(token.prefix())
            .status(token.status().name().toLowerCase(Locale.ROOT))
            .createdAt(token.createdAt())
            .createdBy(wire(token.createdBy()))
            .lastUsedAt(token.lastUsedAt().orElse(null));
    token.revocation().ifPresent(r -> wire.revokedAt(r.at()).revokedBy(wire(r.by())));
    return wire;
  }

  private static Actor wire(Token.Actor actor) {
    return new Actor().id(actor.id()).nickname(actor.nickname());
  }
}
