package ai.adraa.inbox.conformance.partners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpHeaders;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lets today's programs run against release 1.0, which has no bearer sessions. */
final class CookieSessions {
  private static final Pattern BEARER = Pattern.compile("(?i:bearer) +adraa_session_(\\S+)");
  private static final Pattern COOKIE = Pattern.compile("adraa_session=([^;]+).*");

  private CookieSessions() {}

  /** Returns the request header that the server knows. */
  static Map.Entry<String, String> header(String name, String value) {
    Matcher bearer = BEARER.matcher(value);
    return name.equalsIgnoreCase("Authorization") && bearer.matches()
        ? Map.entry("Cookie", "adraa_session=" + bearer.group(1))
        : Map.entry(name, value);
  }

  /** Removes what the server does not know from the body of a request. */
  static void changeRequest(JsonNode body) {
    if (body instanceof ObjectNode object) {
      object.remove("credential");
    }
  }

  /** Adds the secret to a response that sets the cookie. */
  static void changeResponse(HttpHeaders headers, JsonNode body) {
    headers.allValues("Set-Cookie").stream()
        .map(COOKIE::matcher)
        .filter(Matcher::matches)
        .findFirst()
        .ifPresent(cookie -> ((ObjectNode) body).put("secret", "adraa_session_" + cookie.group(1)));
  }
}
