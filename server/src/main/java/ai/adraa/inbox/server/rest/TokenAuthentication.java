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

/** Authenticates a request by the API token in its Authorization header (RFC 6750 §2.1). */
public final class TokenAuthentication implements ContainerRequestFilter {
  /** The outcome of a verification, for metrics. */
  public enum Outcome {
    VALID,
    MISSING,
    MALFORMED,
    UNKNOWN_OR_REVOKED
  }

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
        new AuthenticatedCaller(authenticate(headers == null ? List.of() : headers), "Bearer"));
  }

  /**
   * Verifies the token in a request's Authorization headers.
   *
   * @param headers the values of all Authorization headers
   * @throws ErrorCodeException {@code MISSING_TOKEN} if there is no header; {@code
   *     INVALID_API_TOKEN} if there is more than one, or if the header does not hold an active
   *     token
   */
  Token.Verified authenticate(List<String> headers) {
    if (headers.isEmpty()) {
      outcomes.accept(Outcome.MISSING);
      throw new ErrorCodeException(ErrorCode.MISSING_TOKEN);
    }
    Secret secret =
        BearerCredential.in(headers)
            .filter(Secret::isWellFormedToken)
            .orElseThrow(() -> refused(Outcome.MALFORMED));
    Token.Verified token =
        tokens
            .verify(secret, RequestSource.address().orElse(null))
            .orElseThrow(() -> refused(Outcome.UNKNOWN_OR_REVOKED));
    outcomes.accept(Outcome.VALID);
    return token;
  }

  /** Hides the reason from the caller: only the metrics tell the outcomes apart. */
  private ErrorCodeException refused(Outcome outcome) {
    outcomes.accept(outcome);
    return new ErrorCodeException(ErrorCode.INVALID_API_TOKEN);
  }
}
