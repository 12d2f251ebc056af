package ai.adraa.inbox.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/** Strings with the result that a scanner must report. None is a real secret. */
final class TestVectors {
  private TestVectors() {}

  static ObjectNode build() {
    ObjectNode vectors = JsonNodeFactory.instance.objectNode();
    vectors.put(
        "description",
        "Test strings and what a scanner must report. None is a real secret. matches: the regular"
            + " expression of tokens finds something. isToken: the checksum is correct too. isSession:"
            + " the regular expression of sessions finds something.");
    ArrayNode list = vectors.putArray("vectors");
    String token = "";
    for (String random :
        List.of("example-not-a-secret", "example-number-00002", "example-number-00003")) {
      token = token(random);
      vector(
          list,
          token,
          true,
          true,
          "a token: the last 8 digits are the CRC-32 of the characters before them");
    }
    vector(list, "TOKEN=" + token + ";", true, true, "a token inside a line");
    String wrong = token.substring(0, 53) + (token.endsWith("0") ? "1" : "0");
    vector(list, wrong, true, false, "the checksum is wrong");
    vector(list, token.substring(0, 53), false, false, "a digit is missing");
    vector(list, token + "0", false, false, "there is one digit too many");
    vector(
        list,
        "adraa_" + token.substring(6).toUpperCase(Locale.ROOT),
        false,
        false,
        "capital letters");
    vector(list, token.substring(0, 14) + "…", false, false, "a prefix, as the console shows it");
    vector(list, token.replace('_', '-'), false, false, "a hyphen instead of the underscore");
    String session = session("example-session-not-a-secret-01");
    session(list, session, true, "a session: it has no checksum");
    session(list, "Authorization: Bearer " + session + "\n", true, "a session in a header");
    session(list, session.substring(0, 77), false, "a digit of the session is missing");
    session(list, session + "0", false, "the session has one digit too many");
    session(list, "Cookie: adraa_session=" + token.substring(6), false, "a cookie");
    return vectors;
  }

  private static String token(String random) {
    String checked =
        "adraa_" + HexFormat.of().formatHex(random.getBytes(StandardCharsets.US_ASCII));
    CRC32 crc = new CRC32();
    crc.update(checked.getBytes(StandardCharsets.US_ASCII));
    return checked + HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static String session(String random) {
    byte[] bits = Arrays.copyOf(random.getBytes(StandardCharsets.US_ASCII), 32);
    return "adraa_session_" + HexFormat.of().formatHex(bits);
  }

  private static void session(ArrayNode vectors, String text, boolean isSession, String reason) {
    vector(vectors, text, false, false, isSession, reason);
  }

  private static void vector(
      ArrayNode vectors, String text, boolean matches, boolean isToken, String reason) {
    vector(vectors, text, matches, isToken, false, reason);
  }

  private static void vector(
      ArrayNode vectors,
      String text,
      boolean matches,
      boolean isToken,
      boolean isSession,
      String reason) {
    vectors
        .addObject()
        .put("text", text)
        .put("matches", matches)
        .put("isToken", isToken)
        .put("isSession", isSession)
        .put("reason", reason);
  }
}
