package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses unsafe requests that a browser sends from another origin, because the browser would
 * attach the session cookie. Follows Go's {@code http.CrossOriginProtection}: checks Sec-Fetch-Site
 * or, for older browsers, Origin. A request with neither header does not come from a browser.
 */
final class CrossOriginFilter implements ContainerRequestFilter {
  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

  private final String publicAuthority;

  CrossOriginFilter(URI publicUrl) {
    this.publicAuthority = publicUrl.getAuthority();
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

  private boolean isOwn(@Nullable String origin, @Nullable String host) {
    if (origin == null) {
      return true;
    }
    try {
      String authority = URI.create(origin).getAuthority();
      // A proxy may have changed Host. The browser sees the public URL.
      return authority != null && (authority.equals(host) || authority.equals(publicAuthority));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
