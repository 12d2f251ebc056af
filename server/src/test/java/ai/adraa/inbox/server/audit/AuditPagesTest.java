package ai.adraa.inbox.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.adraa.inbox.server.Acme;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of the audit trail: each event once, only those that the filter selects, by an index. */
class AuditPagesTest {
  private static final int EVENTS = 100;
  private static final AuditStore.Filter OF_ACME = filter("acme", null, null, null, null, null);

  @AutoClose private final Acme acme = new Acme();
  private final AuditStore store = new AuditStore(acme.database);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 33, 34, 99, 100, 101})
  void pagesHaveEachEventOnceWhileOthersAreAdded(int size) {
    addEvents();
    List<Long> read = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    int pages = 0;
    do {
      AuditStore.Page page = store.page(OF_ACME, size, cursor.orElse(null));
      page.events().forEach(event -> read.add(event.at().toEpochMilli()));
      cursor = page.nextCursor();
      pages++;
      assertThat(pages).as("the pages end").isLessThanOrEqualTo(EVENTS);
      long later = 1000 + pages;
      acme.database.write(
          handle -> {
            add(handle, later, "token-created", "acme", "t1", "a1");
            return null;
          });
    } while (cursor.isPresent());

    // Event i of 1 to 100 is in acme if i is not divisible by 3.
    assertThat(read)
        .containsExactlyElementsOf(
            LongStream.range(0, EVENTS)
                .map(i -> EVENTS - i)
                .filter(i -> i % 3 != 0)
                .boxed()
                .toList());
    assertThat(pages).as("no empty page at the end").isEqualTo((read.size() + size - 1) / size);
  }

  @ParameterizedTest
  @MethodSource("filters")
  void eachFilterSelects(AuditStore.Filter filter, List<Long> expected) {
    addEvents();

    AuditStore.Page page = store.page(filter, 6, null);

    assertThat(page.events())
        .extracting(event -> event.at().toEpochMilli())
        .containsExactlyElementsOf(expected);
  }

  /** Event i has the token i mod 5, the agent i mod 7 and, if i is even, the first action. */
  private static Stream<Arguments> filters() {
    return Stream.of(
        of(filter("acme", "token-created", null, null, null, null), 100L, 98L, 94L, 92L, 88L, 86L),
        of(filter("acme", "unheard-of", null, null, null, null)),
        of(filter("acme", null, "t0", null, null, null), 100L, 95L, 85L, 80L, 70L, 65L),
        of(filter("acme", null, null, "a0", null, null), 98L, 91L, 77L, 70L, 56L, 49L),
        of(filter("acme", null, null, null, 97L, null), 100L, 98L, 97L),
        of(filter("acme", null, null, null, null, 4L), 2L, 1L),
        of(filter("acme", "token-created", "t0", "a0", 1L, 100L), 70L),
        of(filter("globex", null, "t0", null, null, 70L), 60L, 45L, 30L, 15L),
        of(filter("nowhere", null, "t0", null, null, null)),
        of(filter("ACME", null, null, null, null, null)),
        of(filter(null, null, "t0", "a0", null, null), 70L, 35L));
  }

  /** Whichever filters are combined, no page reads all events or sorts them. */
  @Test
  void everyPageIsReadByAnIndex() {
    for (int choice = 0; choice < 64; choice++) {
      AuditStore.Filter filter =
          filter(
              (choice & 1) == 0 ? null : "acme",
              (choice & 2) == 0 ? null : "token-created",
              (choice & 4) == 0 ? null : "t0",
              (choice & 8) == 0 ? null : "a0",
              (choice & 16) == 0 ? null : 1L,
              (choice & 32) == 0 ? null : 100L);
      String expected =
          filter.tokenId().isPresent()
              ? "audit_event_by_token (token_id=? AND id<?)"
              : filter.workspaceId().isPresent()
                  ? "audit_event_by_workspace (workspace_id=? AND id<?)"
                  : "INTEGER PRIMARY KEY (rowid<?)";

      assertThat(plan(filter))
          .as(filter.toString())
          .first()
          .asString()
          .startsWith("SEARCH e USING ")
          .endsWith(expected);
      assertThat(plan(filter))
          .noneMatch(step -> step.contains("B-TREE") || step.startsWith("SCAN"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "-1",
        "01",
        "x",
        "1.5",
        " 1",
        "9999999999999999999",
        "99999999999999999999"
      })
  void aMalformedCursorIsRefused(String position) {
    String encoded =
        Base64.getUrlEncoder().encodeToString(position.getBytes(StandardCharsets.UTF_8));

    for (String cursor : List.of(encoded, "*" + encoded, "1")) {
      assertThatIllegalArgumentException().isThrownBy(() -> store.page(OF_ACME, 1, cursor));
    }
  }

  private List<String> plan(AuditStore.Filter filter) {
    Map<String, Object> values = new HashMap<>();
    String query = AuditStore.query(filter, values);
    return acme.database.read(
        handle ->
            handle
                .createQuery("EXPLAIN QUERY PLAN " + query)
                .bindMap(values)
                .bind("before", 100)
                .bind("limit", 50)
                .map((row, context) -> row.getString("detail"))
                .list());
  }

  private void addEvents() {
    acme.database.write(
        handle -> {
          for (int i = 1; i <= EVENTS; i++) {
            add(
                handle,
                i,
                i % 2 == 0 ? "token-created" : "token-revoked",
                i % 3 == 0 ? "globex" : "acme",
                "t" + i % 5,
                "a" + i % 7);
          }
          return null;
        });
  }

  private static void add(
      Handle handle, long at, String action, String workspace, String token, String agent) {
    handle.execute(
        """
        INSERT INTO audit_event (at, action, channel, workspace_id, token_id, agent_id)
        VALUES (?, ?, 'console', ?, ?, ?)
        """,
        at,
        action,
        workspace,
        token,
        agent);
  }

  private static Arguments of(AuditStore.Filter filter, Long... expected) {
    return Arguments.of(filter, List.of(expected));
  }

  private static AuditStore.Filter filter(
      @Nullable String workspace,
      @Nullable String action,
      @Nullable String token,
      @Nullable String agent,
      @Nullable Long since,
      @Nullable Long until) {
    return new AuditStore.Filter(
        Optional.ofNullable(workspace),
        Optional.ofNullable(action),
        Optional.ofNullable(token),
        Optional.ofNullable(agent),
        Optional.ofNullable(since).map(Instant::ofEpochMilli),
        Optional.ofNullable(until).map(Instant::ofEpochMilli));
  }
}
