package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Admins read the audit trail of their workspace over HTTP, page by page and by filters. */
class AuditEventsTest {
  private static final String BOB = "bob@acme.example";

  @AutoClose private final TestInbox inbox = TestInbox.start();
  private final TestInbox.SignedIn admin = inbox.workspace("acme");

  @Test
  void anEventSaysWhatHappenedWhoDidItAndFromWhere() {
    TestInbox.SignedIn bob = inbox.agent("acme", BOB);
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    String path = "/api/v1/workspaces/" + admin.workspaceId() + "/tokens/" + token.id();
    Response changed =
        inbox
            .request(admin)
            .contentType(ContentType.JSON)
            .body(Map.of("name", "CRM \"EU\""))
            .patch(path);
    Response replaced =
        inbox.request(admin).contentType(ContentType.JSON).body("{}").post(path + "/replace");
    Response revoked =
        inbox
            .request()
            .header("Authorization", "Bearer " + token.secret())
            .post("/api/v1/me/revoke");
    String newId = replaced.path("token.id");

    JsonPath list = list(Map.of()).jsonPath();

    assertThat(list.getString("nextCursor")).isNull();
    List<Map<String, Object>> events = list.getList("events");
    assertThat(events).extracting(event -> event.remove("occurredAt")).doesNotContainNull();
    String user = System.getProperty("user.name");
    assertThat(events)
        .containsExactly(
            Map.of(
                "action", "token-revoked",
                "channel", "api",
                "address", "127.0.0.1",
                "requestId", revoked.header("X-Request-Id"),
                "tokenId", token.id(),
                "detail", "with its own secret"),
            byAdmin("token-created", replaced, newId, "replaces " + token.id()),
            byAdmin("token-replaced", replaced, token.id(), "by " + newId),
            byAdmin(
                "token-changed",
                changed,
                token.id(),
                "name from \"CRM integration\" to \"CRM \\\"EU\\\"\""),
            with(events.get(4), Map.of("action", "token-created", "tokenId", token.id())),
            Map.of(
                "action",
                "agent-added",
                "channel",
                "command-line",
                "by",
                user,
                "memberId",
                bob.agentId(),
                "member",
                BOB,
                "detail",
                "role agent"),
            Map.of(
                "action", "agent-added",
                "channel", "command-line",
                "by", user,
                "memberId", admin.agentId(),
                "member", "admin@acme.example",
                "detail", "role admin"),
            Map.of("action", "workspace-created", "channel", "command-line", "by", user));
  }

  private Map<String, Object> byAdmin(
      String action, Response response, String tokenId, String detail) {
    return Map.of(
        "action",
        action,
        "channel",
        "console",
        "agentId",
        admin.agentId(),
        "by",
        "admin@acme.example",
        "address",
        "127.0.0.1",
        "requestId",
        response.header("X-Request-Id"),
        "tokenId",
        tokenId,
        "detail",
        detail);
  }

  private static Map<String, Object> with(Map<String, Object> event, Map<String, Object> fields) {
    Map<String, Object> copy = new LinkedHashMap<>(event);
    copy.putAll(fields);
    return copy;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 6, 7, 100})
  void pagesHaveEachEventOnceWhileOthersAreAdded(int size) {
    for (int i = 0; i < 4; i++) {
      inbox.createToken(admin, "Token " + i);
    }
    List<String> before = list(Map.of()).path("events.occurredAt");
    List<String> read = new ArrayList<>();
    Map<String, Object> parameters = new LinkedHashMap<>(Map.of("limit", size));

    while (true) {
      Response page = list(parameters);
      read.addAll(page.path("events.occurredAt"));
      String cursor = page.path("nextCursor");
      if (cursor == null) {
        break;
      }
      assertThat(page.<List<Object>>path("events")).hasSize(size);
      assertThat(read).as("the pages end").hasSizeLessThan(before.size());
      parameters.put("cursor", cursor);
      inbox.createToken(admin, "Meanwhile");
    }

    assertThat(before).hasSize(6);
    assertThat(read).isEqualTo(before);
  }

  @Test
  void filtersSelectAndCombine() {
    inbox.command("agent", "add", "--workspace", "acme", "--email", BOB, "--role", "admin");
    TestInbox.SignedIn bob = inbox.signIn(BOB);
    TestInbox.NewToken first = inbox.createToken(admin, "First");
    TestInbox.NewToken second = inbox.createToken(bob, "Second");
    inbox.revoke(bob, first.id());
    inbox.revoke(admin, second.id());
    inbox.command("agent", "role", "--workspace", "acme", "--email", BOB, "--role", "agent");

    assertThat(actions(Map.of("action", "token-created")))
        .containsExactly("token-created", "token-created");
    assertThat(actions(Map.of("tokenId", first.id())))
        .containsExactly("token-revoked", "token-created");
    assertThat(list(Map.of("agentId", bob.agentId())).<List<String>>path("events.tokenId"))
        .as("what Bob did, and not what was done to him")
        .containsExactly(first.id(), second.id());
    assertThat(
            list(Map.of("agentId", bob.agentId(), "tokenId", first.id(), "action", "token-revoked"))
                .<List<String>>path("events.by"))
        .containsExactly(BOB);
    for (Map<String, String> none :
        List.of(
            Map.of("action", "token-opened"),
            Map.of("action", "TOKEN-CREATED"),
            Map.of("action", ""),
            Map.of("action", "sign-in"),
            Map.of("tokenId", "nonsense"),
            Map.of("tokenId", "' OR 1=1 --"),
            Map.of("agentId", first.id()),
            Map.of("agentId", bob.agentId(), "action", "role-changed"),
            Map.of("since", "2999-01-01T00:00:00Z"),
            Map.of("until", "2026-01-01T00:00:00Z"))) {
      assertThat(actions(none)).as(none.toString()).isEmpty();
    }
  }

  @Test
  void aPeriodBeginsWithSinceAndEndsBeforeUntil() throws SQLException {
    add("SELECT 1000000 AS at UNION SELECT 1000001 UNION SELECT 2000000 UNION SELECT 2000001");

    for (String[] period :
        List.of(
            new String[] {"1970-01-01T00:16:40.001Z", "1970-01-01T00:33:20.001Z"},
            new String[] {"1970-01-01T01:16:40.001+01:00", "1969-12-31T23:33:20.001-01:00"},
            new String[] {"1970-01-01T00:16:40.001999Z", "1970-01-01T00:33:20.001999Z"})) {
      assertThat(
              list(Map.of("since", period[0], "until", period[1]))
                  .<List<String>>path("events.occurredAt"))
          .containsExactly("1970-01-01T00:33:20.000Z", "1970-01-01T00:16:40.001Z");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cursor, x, must be the nextCursor of the previous page",
    "cursor, MDE, must be the nextCursor of the previous page",
    "cursor, '', must be the nextCursor of the previous page",
    "since, yesterday, must be a time such as 2026-06-12T10:25:00Z",
    "since, 2026-06-12, must be a time such as 2026-06-12T10:25:00Z",
    "since, +10000-01-01T00:00:00Z, must be a time such as 2026-06-12T10:25:00Z",
    "until, 2026-06-12T10:25:00, must be a time such as 2026-06-12T10:25:00Z",
    "until, 1781260000000, must be a time such as 2026-06-12T10:25:00Z",
    "limit, 0, must be a number from 1 to 100",
    "limit, 101, must be a number from 1 to 100",
    "limit, many, must be a number from 1 to 100",
    "action, token-created-token-created-token-created, must be at most 40 characters long",
    "tokenId, cmbxh1k3a0001ph01e6f7g8h9cmbxh1k3a0001ph01, must be at most 40 characters long",
    "agentId, cmbxh1k3a0001ph01e6f7g8h9cmbxh1k3a0001ph01, must be at most 40 characters long",
  })
  void aWrongParameterIsExplained(String name, String value, String message) {
    Response refused = request().queryParam(name, value).get(path());

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.<String>path("error.code")).isEqualTo("VALIDATION_ERROR");
    assertThat(refused.<List<Map<String, String>>>path("error.details"))
        .containsExactly(Map.of("field", name, "message", message));
  }

  /** As someone does who keeps a copy of the whole trail. */
  @Test
  void thousandsOfEventsAreExported() throws SQLException {
    add(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        SELECT i AS at FROM n
        """);
    List<String> read = new ArrayList<>();
    Map<String, Object> parameters =
        new LinkedHashMap<>(Map.of("limit", 100, "until", "1970-01-01T00:00:02.500Z"));

    String cursor;
    do {
      Response page = list(parameters);
      read.addAll(page.path("events.detail"));
      assertThat(read).as("the pages end").hasSizeLessThan(2500);
      cursor = page.path("nextCursor");
      parameters.put("cursor", cursor);
    } while (cursor != null);

    assertThat(read).hasSize(2499).doesNotHaveDuplicates().startsWith("2499").endsWith("1");
  }

  /** Text is stored as it was sent; JSON has an escape for what a terminal obeys. */
  @Test
  void textIsReturnedAsItIsStored() {
    inbox.createToken(admin, "Grüße \"日本\" \\ </script>");
    String id = list(Map.of()).path("events[0].tokenId");
    inbox
        .request(admin)
        .contentType(ContentType.JSON)
        .body(Map.of("description", "x\u200dy"))
        .patch("/api/v1/workspaces/{id}/tokens/{token}", admin.workspaceId(), id);

    assertThat(list(Map.of()).<String>path("events[0].detail"))
        .isEqualTo("description from none to \"x\u200dy\"");
  }

  /** The command line lists the same. */
  @Test
  void theCommandLineListsTheEventsOfOneToken() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    inbox.createToken(admin, "Another");
    inbox.revoke(admin, token.id());

    assertThat(inbox.command("audit", "list", "--token", token.id(), "--format", "json").lines())
        .extracting(line -> JsonPath.from(line).getString("action"))
        .containsExactly("token-revoked", "token-created");
    assertThat(
            inbox
                .command("audit", "list", "--token", token.id(), "--action", "token-replaced")
                .lines())
        .hasSize(1);
  }

  /** Adds events of acme whose times, and details, are these numbers. */
  private void add(String times) throws SQLException {
    try (Connection connection = inbox.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO audit_event (at, action, channel, workspace_id, detail)
          SELECT t.at, 'token-created', 'console', '%s', CAST(t.at AS TEXT)
          FROM (%s) t ORDER BY t.at
          """
              .formatted(admin.workspaceId(), times));
    }
  }

  private String path() {
    return "/api/v1/workspaces/" + admin.workspaceId() + "/audit-events";
  }

  private RequestSpecification request() {
    return inbox.request(admin);
  }

  private Response list(Map<String, ?> parameters) {
    Response response = request().queryParams(parameters).get(path());
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
    return response;
  }

  private List<String> actions(Map<String, ?> parameters) {
    return list(parameters).path("events.action");
  }
}
