package ai.adraa.inbox.conformance.partners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A release of v1, and what its responses have that today's responses do not have. */
enum Day {
  /** The last released version, which has no session as a bearer secret. */
  RELEASED,
  TODAY,
  /** A field in each object, and values that the contract does not list yet. */
  TOMORROW,
  /** Values longer and of another form, and more of them, than any release has had so far. */
  LOOSE;

  private static final Set<String> OPEN_ENUMS =
      Set.of("status", "role", "revokedReason", "action", "channel");

  /** Fields that come back in requests, where {@link #undo} finds the end that they got. */
  private static final Map<String, Integer> SENT_BACK =
      Map.of(
          "id",
          40,
          "replaces",
          40,
          "replacedBy",
          40,
          "tokenId",
          40,
          "agentId",
          40,
          "memberId",
          40,
          "cursor",
          2_000,
          "nextCursor",
          2_000,
          "secret",
          200);

  private static final String LATER = "_LATER";
  private static final int MORE_ITEMS = 100;

  /** More than 32 bits, as many as JavaScript can count. */
  private static final long MANY_REQUESTS = 9_007_199_254_740_991L;

  /** What this release has in a field where today's has this value. */
  String value(String field, String today) {
    if (this == TOMORROW && OPEN_ENUMS.contains(field)) {
      return "tomorrow_" + today;
    }
    if (this == TOMORROW && field.equals("code")) {
      return "TOMORROW_" + today;
    }
    if (this != LOOSE) {
      return today;
    }
    if (SENT_BACK.containsKey(field)) {
      return padded(today + LATER, SENT_BACK.get(field), "0");
    }
    return switch (field) {
      case "name" -> padded(today + " ", 500, "🎉");
      case "nickname" -> padded(today, 200, "é");
      case "prefix" -> padded(today, 40, "0");
      case "email" -> "\"a b\"@[192.0.2.1]";
      case "code" -> "V1_2026_" + today;
      case "message" -> padded(today, 5_000, " and more");
      default -> today;
    };
  }

  /** How many items this release has in an array where today's has this many. */
  int items(int today) {
    return this == LOOSE && today > 0 ? today + MORE_ITEMS : today;
  }

  /** Makes today's response that of this release. */
  void change(JsonNode node) {
    node.forEach(this::change);
    if (node instanceof ObjectNode object) {
      object.properties().stream()
          .filter(field -> field.getValue().isTextual())
          .forEach(
              field ->
                  object.put(field.getKey(), value(field.getKey(), field.getValue().asText())));
      if (this == LOOSE && object.has("requests")) {
        object.put("requests", MANY_REQUESTS);
      }
      if (this == TOMORROW) {
        object.putObject("tomorrow").put("new", true).putArray("list").add(1).addNull();
      }
    } else if (node instanceof ArrayNode array) {
      for (int size = array.size(), more = items(size) - size; more > 0; more--) {
        array.add(array.get(size - 1).deepCopy());
      }
    }
  }

  /** What today's server calls what this release's caller sends. */
  static String undo(String sent) {
    return sent.replaceAll(LATER + "0*", "");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static String padded(String start, int length, String padding) {
    StringBuilder padded = new StringBuilder(start);
    while (padded.codePointCount(0, padded.length()) < length) {
      padded.append(padding);
    }
    return padded.toString();
  }
}
