package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.secret.Secret;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the credential in the Authorization header (RFC 6750 §2.1). */
final class BearerCredential {
  // The scheme is case-insensitive (RFC 9110 §11.1).
  private static final Pattern BEARER = Pattern.compile("(?i:bearer) +(\\S+)");

  // With any white space, and whatever follows: what is meant as a session must not be ignored.
  private static final Pattern SESSION =
      Pattern.compile("(?i:bearer)\\s+adraa_session_.*", Pattern.DOTALL);

  private BearerCredential() {}

  /**
   * Returns the credential, or empty if no header or more than one was sent, or if the header has
   * another form. More than one is refused because a proxy may have checked only one of them.
   *
   * @param headers the values of all Authorization headers
   */
  static Optional<Secret> in(List<String> headers) {
    return headers.size() == 1 ? in(headers.get(0)) : Optional.empty();
  }

  /** Returns true if one of the headers has the secret of a session, even if it is malformed. */
  static boolean isSession(List<String> headers) {
    return headers.stream().anyMatch(header -> SESSION.matcher(header).matches());
  }

  private static Optional<Secret> in(String header) {
    Matcher bearer = BEARER.matcher(header);
    return bearer.matches() ? Optional.of(new Secret(bearer.group(1))) : Optional.empty();
  }
}
