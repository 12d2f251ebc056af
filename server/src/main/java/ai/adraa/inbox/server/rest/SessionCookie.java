package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.secret.Secret;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Reads and writes the cookie that holds the console session's id (RFC 6265). Thread-safe. */
final class SessionCookie {
  private static final String NAME = "adraa_session";
  // Browsers accept a cookie with this prefix only from this host over https (RFC 6265bis
  // §4.1.3.2), so a sibling site cannot plant a session of its own.
  private static final String HOST_NAME = "__Host-" + NAME;

  private final boolean https;

  /**
   * @param publicUrl the URL at which browsers reach the console; https makes the cookie Secure
   */
  SessionCookie(URI publicUrl) {
    this.https = "https".equalsIgnoreCase(publicUrl.getScheme());
  }

  /**
   * Returns the session ids in a request's cookies, in the order in which to try them. Malformed
   * ids are left out. If all are malformed, returns the first one, so that the caller can tell a
   * malformed session from a missing one.
   */
  List<Secret> ids(MultivaluedMap<String, String> headers) {
    // Over https, only accept the __Host- cookie from browsers, which send Sec-Fetch-Site. A
    // sibling site cannot plant a cookie in other clients.
    Set<String> names =
        https && headers.containsKey("Sec-Fetch-Site")
            ? Set.of(HOST_NAME)
            : Set.of(HOST_NAME, NAME);
    List<Secret> sent =
        headers.getOrDefault(HttpHeaders.COOKIE, List.of()).stream()
            .flatMap(header -> Stream.of(header.split(";")))
            .map(pair -> pair.strip().split("=", 2))
            .filter(pair -> pair.length == 2 && names.contains(pair[0].strip()))
            // The longer name, with the prefix, comes first: only this server can have set it.
            .sorted((one, other) -> Integer.compare(other[0].length(), one[0].length()))
            .map(pair -> new Secret(pair[1].strip()))
            .toList();
    List<Secret> wellFormed = sent.stream().filter(Secret::isWellFormedSessionId).toList();
    return wellFormed.isEmpty() ? sent.stream().limit(1).toList() : wellFormed;
  }

  /** Returns a Set-Cookie value that stores the session id for the given lifetime. */
  String set(Secret id, Duration lifetime) {
    return header(id.reveal(), lifetime);
  }

  /** Returns a Set-Cookie value that deletes the cookie. */
  String remove() {
    return header("", Duration.ZERO);
  }

  private String header(String value, Duration maxAge) {
    String cookie = (https ? HOST_NAME : NAME) + "=" + value;
    String attributes = "; Path=/; Max-Age=" + maxAge.toSeconds() + "; HttpOnly; SameSite=Lax";
    return cookie + attributes + (https ? "; Secure" : "");
  }
}
