package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenService;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lets a request pass with the bearer token of one workspace (RFC 6750 §2.1). */
public final class TokenAuthentication implements ContainerRequestFilter {
  /** What became of the token in a request. */
  public enum Outcome {
    VALID,
    MISSING,
    MALFORMED,
    UNKNOWN_OR_REVOKED
  }

  // The scheme is matched without regard to case (RFC 9110 §11.1).
  private static final Pattern BEARER = Pattern.compile("(?i:bearer) +(\\S+)");

  private final TokenService tokens;
  private final Consumer<Outcome> outcomes;

  TokenAuthentication(TokenService tokens, Consumer<Outcome> outcomes) {
    this.tokens = tokens;
    this.outcomes = outcomes;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    List<String> headers = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
    request.setSecurityContext(
        new Caller(authenticate(headers == null ? List.of() : headers), "Bearer"));
  }

  /**
   * The token in a request's Authorization headers.
   *
   * @throws ApiException {@code MISSING_TOKEN} if there is no such header, {@code
   *     INVALID_API_TOKEN} if it has no active token
   */
  Token.Verified authenticate(List<String> headers) {
    if (headers.isEmpty()) {
      outcomes.accept(Outcome.MISSING);
      throw new ApiException(ErrorCode.MISSING_TOKEN);
    }
    // Two headers could be read differently by a proxy and by us.
    Matcher bearer = BEARER.matcher(headers.get(0));
    if (headers.size() > 1 || !bearer.matches()) {
      throw refused(Outcome.MALFORMED);
    }
    Secret secret = new Secret(bearer.group(1));
    if (!secret.isWellFormedToken()) {
      throw refused(Outcome.MALFORMED);
    }
    Token.Verified token =
        tokens.verify(secret).orElseThrow(() -> refused(Outcome.UNKNOWN_OR_REVOKED));
    outcomes.accept(Outcome.VALID);
    return token;
  }

  /** One code for all, so that nothing is revealed; what it was, only the operator is told. */
  private ApiException refused(Outcome outcome) {
    outcomes.accept(outcome);
    return new ApiException(ErrorCode.INVALID_API_TOKEN);
  }
}
