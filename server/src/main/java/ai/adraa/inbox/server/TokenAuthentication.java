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

  TokenAuthentication(TokenService tokens) {
    this.tokens = tokens;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    List<String> headers = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
    if (headers == null || headers.isEmpty()) {
      throw new ApiException(ErrorCode.MISSING_TOKEN);
    }
    // Two headers could be read differently by a proxy and by us.
    Matcher bearer = BEARER.matcher(headers.get(0));
    if (headers.size() > 1 || !bearer.matches()) {
      throw new ApiException(ErrorCode.INVALID_API_TOKEN);
    }
    Token.Verified token =
        tokens
            .verify(new Secret(bearer.group(1)))
            .orElseThrow(() -> new ApiException(ErrorCode.INVALID_API_TOKEN));
    request.setSecurityContext(new Caller(token, "Bearer"));
  }
}
