package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses unsafe requests that a browser sends from another origin, because the browser would
 * attach the session cookie. Follows Go's {@code http.CrossOriginProtection}: checks Sec-Fetch-Site
 * or, for older browsers, Origin. A request with neither header does not come from a browser.
 */
final class CrossOriginFilter implements ContainerRequestFilter {
  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

  private final Optional<Origin> publicOrigin;

  CrossOriginFilter(URI publicUrl) {
    this.publicOrigin = Origin.of(publicUrl.toString());
  }

  @Override
  public void filter(ContainerRequestContext request) {
    if (SAFE_METHODS.contains(request.getMethod())) {
      return;
    }
    String site = request.getHeaderString("Sec-Fetch-Site");
    boolean allowed =
        site == null
            ? isOwn(request.getHeaderString("Origin"), request.getHeaderString("Host"))
            : site.equals("same-origin") || site.equals("none");
    if (!allowed) {
      throw new ErrorCodeException(ErrorCode.CROSS_ORIGIN_REQUEST);
    }
  }

  private boolean isOwn(@Nullable String header, @Nullable String host) {
    if (header == null) {
      return true;
    }
    Optional<Origin> origin = Origin.of(header);
    // A proxy may have changed Host. The browser sees the public URL.
    return origin.isPresent()
        && (origin.equals(publicOrigin)
            // Host has no scheme, and a proxy may have ended TLS.
            || (host != null && origin.equals(Origin.of(origin.get().scheme() + "://" + host))));
  }
}
