package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.secret.Secret;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The cookie that holds the console session's id (RFC 6265): how it is named, read and set. */
final class SessionCookie {
  private static final String NAME = "adraa_session";
  // Browsers let no other host, and no plain http page, set a cookie of this name (RFC 6265bis
  // §4.1.3.2), so a sibling site cannot plant a session of its own.
  private static final String HOST_NAME = "__Host-" + NAME;

  private final boolean https;

  /**
   * @param publicUrl where browsers find the console
   */
  SessionCookie(URI publicUrl) {
    this.https = "https".equalsIgnoreCase(publicUrl.getScheme());
  }

  /**
   * The session ids that a request brings, in the order in which to try them. A cookie that does
   * not look like a session id is not looked up; one of them is still returned if there is no
   * other, because a request with a malformed session is not a request without one.
   */
  List<Secret> ids(MultivaluedMap<String, String> headers) {
    // Browsers send Sec-Fetch-Site to https sites; other clients cannot be given a cookie by a
    // sibling site.
    Set<String> names =
        https && headers.containsKey("Sec-Fetch-Site")
            ? Set.of(HOST_NAME)
            : Set.of(HOST_NAME, NAME);
    List<Secret> sent =
        headers.getOrDefault(HttpHeaders.COOKIE, List.of()).stream()
            .flatMap(header -> Stream.of(header.split(";")))
            .map(pair -> pair.strip().split("=", 2))
            .filter(pair -> pair.length == 2 && names.contains(pair[0].strip()))
            // The name with the prefix first: only this server can have set it.
            .sorted((one, other) -> Integer.compare(other[0].length(), one[0].length()))
            .map(pair -> new Secret(pair[1].strip()))
            .toList();
    List<Secret> wellFormed = sent.stream().filter(Secret::isWellFormedSessionId).toList();
    return wellFormed.isEmpty() ? sent.stream().limit(1).toList() : wellFormed;
  }

  /** The value of a Set-Cookie header that gives a browser the session. */
  String set(Secret id, Duration lifetime) {
    return header(id.reveal(), lifetime);
  }

  /** The value of a Set-Cookie header that removes the session from a browser. */
  String remove() {
    return header("", Duration.ZERO);
  }

  private String header(String value, Duration maxAge) {
    String cookie = (https ? HOST_NAME : NAME) + "=" + value;
    String attributes = "; Path=/; Max-Age=" + maxAge.toSeconds() + "; HttpOnly; SameSite=Lax";
    return cookie + attributes + (https ? "; Secure" : "");
  }
}
