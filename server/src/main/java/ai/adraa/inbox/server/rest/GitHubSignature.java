package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.github.GitHubKeys;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Authenticates a request of GitHub by the signature of its body, before the body is parsed.
 * Without keys, the operation does not exist.
 */
final class GitHubSignature implements ContainerRequestFilter {
  private final Optional<GitHubKeys> keys;

  GitHubSignature(Optional<GitHubKeys> keys) {
    this.keys = keys;
  }

  @Override
  public void filter(ContainerRequestContext request) throws IOException {
    GitHubKeys known = keys.orElseThrow(() -> new ErrorCodeException(ErrorCode.NOT_FOUND));
    byte[] body = request.getEntityStream().readAllBytes();
    request.setEntityStream(new ByteArrayInputStream(body));
    if (!known.verify(
        body,
        only(request, "Github-Public-Key-Identifier"),
        only(request, "Github-Public-Key-Signature"))) {
      throw new ErrorCodeException(ErrorCode.INVALID_SIGNATURE);
    }
  }

  private static String only(ContainerRequestContext request, String header) {
    List<String> values = request.getHeaders().getOrDefault(header, List.of());
    if (values.size() != 1) {
      throw new ErrorCodeException(ErrorCode.INVALID_SIGNATURE);
    }
    return values.get(0).strip();
  }
}
