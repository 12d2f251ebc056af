package ai.adraa.inbox.server;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lets a request pass with the bearer token of one workspace (RFC 6750 §2.1). */
final class TokenAuthentication implements ContainerRequestFilter {
  // The scheme is matched without regard to case (RFC 9110 §11.1).
  private static final Pattern BEARER = Pattern.compile("(?i:bearer) +(\\S+)");

  private final TokenService tokens;
  private final Metrics metrics;

  TokenAuthentication(TokenService tokens, Metrics metrics) {
    this.tokens = tokens;
    this.metrics = metrics;
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
      metrics.verified(Metrics.Verification.MISSING);
      throw new ApiException(ErrorCode.MISSING_TOKEN);
    }
    // Two headers could be read differently by a proxy and by us.
    Matcher bearer = BEARER.matcher(headers.get(0));
    if (headers.size() > 1 || !bearer.matches()) {
      throw refused(Metrics.Verification.MALFORMED);
    }
    Secret secret = new Secret(bearer.group(1));
    if (!secret.isWellFormedToken()) {
      throw refused(Metrics.Verification.MALFORMED);
    }
    Token.Verified token =
        tokens.verify(secret).orElseThrow(() -> refused(Metrics.Verification.UNKNOWN_OR_REVOKED));
    metrics.verified(Metrics.Verification.VALID);
    return token;
  }

  /** One code for all, so that nothing is revealed; what it was, only the operator is told. */
  private ApiException refused(Metrics.Verification outcome) {
    metrics.verified(outcome);
    return new ApiException(ErrorCode.INVALID_API_TOKEN);
  }
}
