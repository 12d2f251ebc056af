package ai.adraa.inbox.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.adraa.inbox.client.model.Replacement;
import ai.adraa.inbox.client.model.TokenChanges;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of the API from which one field or one item of a list is taken away. */
class RequiredFieldsTest {
  private HttpServer server;
  private AdraaInbox inbox;
  private volatile byte[] next = {};

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Set-Cookie", "adraa_session=s");
          exchange.sendResponseHeaders(200, next.length);
          exchange.getResponseBody().write(next);
          exchange.close();
        });
    server.start();
    inbox =
        AdraaInbox.builder()
            .baseUrl(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
            .build();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** Each operation that returns something, with an answer that the API has given. */
  static Stream<Arguments> operationsWithAnAnswer() {
    return Stream.of(
        operation("token-verification", AdraaInbox::verify),
        operation("session", inbox -> inbox.resumeSession("s").get()),
        operation("session", inbox -> inbox.signIn("a@b.example", "042117")),
        operation("created-token", inbox -> inbox.resumeSession("s").createToken("w", "x")),
        operation("token-active", inbox -> inbox.resumeSession("s").getToken("w", "t")),
        operation("token-revoked", inbox -> inbox.resumeSession("s").revokeToken("w", "t")),
        operation("token-list", inbox -> inbox.resumeSession("s").listTokens("w", null, 1, null)),
        operation(
            "token-replacing",
            inbox -> inbox.resumeSession("s").replaceToken("w", "t", new Replacement())),
        operation(
            "token-leaked",
            inbox -> inbox.resumeSession("s").updateToken("w", "t", new TokenChanges())),
        operation("token-usage", inbox -> inbox.resumeSession("s").getTokenUsage("w", "t", 2)),
        operation(
            "audit-event-list",
            inbox -> inbox.resumeSession("s").listAuditEvents("w", AuditQuery.all())));
  }

  private static Arguments operation(String answer, Function<AdraaInbox, Object> call) {
    return Arguments.of(answer, call);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operationsWithAnAnswer")
  void anAnswerWithoutARequiredFieldIsUnreadable(String name, Function<AdraaInbox, Object> call)
      throws IOException {
    Set<String> optional =
        Set.of(
            "nextCursor",
            "lastUsedAt",
            "lastUsedFrom",
            "revokedAt",
            "revokedBy",
            "revokedReason",
            "description",
            "expiresAt",
            "replaces",
            "replacedBy",
            "total",
            "totalIsCapped",
            "agentId",
            "by",
            "requestId",
            "tokenId",
            "memberId",
            "member",
            "detail");
    // Optional fields of a token have the same names.
    Set<String> requiredThere = Set.of("/session/expiresAt", "/usage/addresses/0/lastUsedAt");
    ObjectMapper json = new ObjectMapper();
    try (InputStream recorded = getClass().getResourceAsStream("/v1/" + name + ".json")) {
      JsonNode whole = json.readTree(recorded);
      List<String> pointers = new ArrayList<>();
      collect(whole, "", pointers);
      assertThat(pointers).isNotEmpty();
      for (String pointer : pointers) {
        int slash = pointer.lastIndexOf('/');
        String field = pointer.substring(slash + 1);
        for (boolean isNull : new boolean[] {false, true}) {
          JsonNode answer = whole.deepCopy();
          JsonNode parent = answer.at(pointer.substring(0, slash));
          if (parent instanceof ArrayNode list) {
            list.setNull(Integer.parseInt(field));
          } else if (isNull) {
            ((ObjectNode) parent).putNull(field);
          } else {
            ((ObjectNode) parent).remove(field);
          }
          next = answer.toString().getBytes(UTF_8);

          AdraaInboxException failure =
              catchThrowableOfType(AdraaInboxException.class, () -> call.apply(inbox));

          if (optional.contains(field) && !requiredThere.contains(pointer)) {
            assertThat(failure).as(pointer).isNull();
          } else {
            assertThat(failure).as(pointer).isNotNull();
            assertThat(failure.code()).isEqualTo(AdraaInboxException.UNREADABLE_ANSWER);
          }
        }
      }
    }
  }

  /** Adds the JSON pointer of each field and each item of a list, at any depth. */
  private static void collect(JsonNode node, String at, List<String> pointers) {
    node.fields()
        .forEachRemaining(
            field -> {
              pointers.add(at + "/" + field.getKey());
              collect(field.getValue(), at + "/" + field.getKey(), pointers);
            });
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      pointers.add(at + "/" + i);
      collect(node.get(i), at + "/" + i, pointers);
    }
  }
}
