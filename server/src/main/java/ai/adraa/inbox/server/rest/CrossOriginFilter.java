package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a browser sends from another site, since it would bring the session cookie along.
 * Works as Go's {@code http.CrossOriginProtection}: by Sec-Fetch-Site and, for older browsers, by
 * Origin. A request with neither does not come from a browser.
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
      throw new ApiException(ErrorCode.CROSS_ORIGIN_REQUEST);
    }
  }

  private boolean isOwn(@Nullable String origin, @Nullable String host) {
    if (origin == null) {
      return true;
    }
    try {
      String authority = URI.create(origin).getAuthority();
      // A proxy may have changed Host; the public URL is what the browser sees.
      return authority != null && (authority.equals(host) || authority.equals(publicAuthority));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
