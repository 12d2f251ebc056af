package ai.adraa.inbox.server.rest;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.util.HostPort;

/**
 * The origin of a web page (RFC 6454): equal if scheme, host and port are equal, however they are
 * written.
 *
 * @param host in lower case
 * @param port the scheme's default port if the URL has none
 */
record Origin(String scheme, String host, int port) {
  /** Returns the origin of a URL; empty for a text that has none, such as {@code null}. */
  static Optional<Origin> of(String url) {
    try {
      URI uri = URI.create(url);
      if (uri.getScheme() == null) {
        return Optional.empty();
      }
      String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
      // Not getHost, which is null for names with an underscore. HostPort refuses null.
      HostPort host = new HostPort(uri.getRawAuthority());
      return Optional.of(
          new Origin(
              scheme,
              host.getHost().toLowerCase(Locale.ROOT),
              host.getPort(scheme.equals("https") ? 443 : 80)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
