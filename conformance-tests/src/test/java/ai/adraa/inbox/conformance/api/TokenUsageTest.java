package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Admins see how often and from where a token is used, by days in UTC and behind a proxy. */
class TokenUsageTest {
  private static final String PLAIN = "/api/v1/me";
  // Any query makes the request go through Jersey.
  private static final String BY_JERSEY = "/api/v1/me?x=1";

  private final MovableClock clock = new MovableClock();

  @AutoClose
  private final TestInbox inbox =
      TestInbox.builder().clock(clock).trustedProxies("127.0.0.1").start();

  private TestInbox.SignedIn admin = inbox.workspace("acme");
  private final TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, BY_JERSEY})
  void theLastFiveAddressesAreThoseOfTheCallers(String path) {
    Map<String, Instant> times = new HashMap<>();
    List<String> callers =
        List.of(
            "192.0.2.1",
            "192.0.2.2",
            "2001:db8::3",
            "192.0.2.4",
            "192.0.2.1",
            "192.0.2.5",
            "192.0.2.6",
            "192.0.2.7",
            "192.0.2.4");
    for (int i = 0; i < callers.size(); i++) {
      clock.advance(Duration.ofSeconds(1));
      // What the caller wrote itself is on the left.
      assertThat(use(path, "198.51.100.9, " + callers.get(i))).isEqualTo(200);
      times.put(callers.get(i), clock.instant());
      if (i % 4 == 3) {
        // The others are written in several transactions.
        awaitWritten();
      }
    }
    awaitWritten();

    assertThat(get("").getString("token.lastUsedFrom")).isEqualTo("192.0.2.4");
    JsonPath usage = usage(1);
    assertThat(usage.getList("usage.addresses.address", String.class))
        .containsExactly("192.0.2.4", "192.0.2.7", "192.0.2.6", "192.0.2.5", "192.0.2.1");
    assertThat(usage.getList("usage.addresses.lastUsedAt", String.class))
        .extracting(Instant::parse)
        .containsExactlyElementsOf(
            usage.getList("usage.addresses.address", String.class).stream()
                .map(address -> millis(times.get(address)))
                .toList());
    assertThat(usage.getList("usage.days.requests")).containsExactly(callers.size());
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8::3, 2001:db8::3",
    "2001:DB8:0:0::3, 2001:db8::3",
    "'[2001:db8::3]:443', 2001:db8::3",
    "'192.0.2.1:8443', 192.0.2.1",
    "'192.0.2.1, 127.0.0.1', 192.0.2.1",
    "nonsense, 127.0.0.1",
  })
  void oneAddressHasOneForm(String forwarded, String expected) {
    assertThat(use(PLAIN, forwarded)).isEqualTo(200);
    clock.advance(Duration.ofSeconds(1));
    assertThat(use(BY_JERSEY, forwarded)).isEqualTo(200);
    awaitWritten();

    assertThat(get("").getString("token.lastUsedFrom")).isEqualTo(expected);
    assertThat(usage(1).getList("usage.addresses.address")).containsExactly(expected);
  }

  @Test
  void onlyATrustedProxyNamesTheCaller() {
    try (TestInbox direct = TestInbox.builder().trustedProxies("192.0.2.1").start()) {
      TestInbox.SignedIn own = direct.workspace("acme");
      TestInbox.NewToken used = direct.createToken(own, "CRM integration");
      direct
          .request()
          .header("Authorization", "Bearer " + used.secret())
          .header("X-Forwarded-For", "198.51.100.9")
          .get(PLAIN)
          .then()
          .statusCode(200);

      await()
          .until(
              () ->
                  direct
                      .request(own)
                      .get("/api/v1/workspaces/{id}/tokens/{t}", own.workspaceId(), used.id())
                      .path("token.lastUsedFrom"),
              "127.0.0.1"::equals);
    }
  }

  @Test
  void requestsAreCountedByDaysInUtcForNinetyDays() throws SQLException {
    LocalDate first = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    clock.advance(
        Duration.between(
            clock.instant(),
            first.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().minusMillis(1)));
    admin = inbox.signIn("admin@acme.example");
    use(PLAIN, "192.0.2.1");
    use(BY_JERSEY, "192.0.2.1");
    clock.advance(Duration.ofMillis(1));
    for (int i = 0; i < 3; i++) {
      use(PLAIN, "192.0.2.1");
    }
    awaitWritten();
    assertThat(days(3))
        .containsExactly(first.minusDays(1) + " 0", first + " 2", first.plusDays(1) + " 3");

    // The last of the 90 days that include the first one. No session lasts that long.
    clock.advance(Duration.ofDays(88));
    admin = inbox.signIn("admin@acme.example");
    use(PLAIN, "192.0.2.1");
    awaitWritten();
    assertThat(days(90))
        .hasSize(90)
        .startsWith(first + " 2", first.plusDays(1) + " 3", first.plusDays(2) + " 0")
        .endsWith(first.plusDays(89) + " 1");
    assertThat(storedDays()).isEqualTo(3);

    clock.advance(Duration.ofDays(1));
    admin = inbox.signIn("admin@acme.example");
    assertThat(days(90))
        .startsWith(first.plusDays(1) + " 3")
        .endsWith(first.plusDays(89) + " 1", first.plusDays(90) + " 0");
    use(PLAIN, "192.0.2.1");
    awaitWritten();
    assertThat(storedDays()).as("the first day is deleted").isEqualTo(3);
    assertThat(days(1)).containsExactly(first.plusDays(90) + " 1");
  }

  /**
   * A refused request does not count. Otherwise a revoked token would look as if it were in use.
   */
  @Test
  void onlyAcceptedRequestsCount() {
    TestInbox.NewToken other = inbox.createToken(admin, "Other");
    use(PLAIN, "192.0.2.1");
    awaitWritten();
    inbox.revoke(admin, token.id());
    for (String path : List.of(PLAIN, BY_JERSEY)) {
      clock.advance(Duration.ofSeconds(1));
      assertThat(use(path, "192.0.2.2")).isEqualTo(401);
    }
    // When this is written, those before are too.
    assertThat(use(other, PLAIN, "192.0.2.3")).isEqualTo(200);
    await().until(() -> get(other, "").getString("token.lastUsedFrom"), "192.0.2.3"::equals);

    assertThat(usage(1).getList("usage.days.requests")).containsExactly(1);
    assertThat(usage(1).getList("usage.addresses.address")).containsExactly("192.0.2.1");
    assertThat(get("").getString("token.lastUsedFrom")).isEqualTo("192.0.2.1");
  }

  private int use(String path, String forwarded) {
    return use(token, path, forwarded);
  }

  private int use(TestInbox.NewToken used, String path, String forwarded) {
    return inbox
        .request()
        .header("Authorization", "Bearer " + used.secret())
        .header("X-Forwarded-For", forwarded)
        .get(path)
        .statusCode();
  }

  /** Waits until the last request is written; the clock must have moved on before it. */
  private void awaitWritten() {
    await()
        .until(
            () -> get("").getString("token.lastUsedAt"),
            at -> at != null && Instant.parse(at).equals(millis(clock.instant())));
  }

  private static Instant millis(Instant time) {
    return Instant.ofEpochMilli(time.toEpochMilli());
  }

  private List<String> days(int count) {
    JsonPath usage = usage(count);
    List<String> dates = usage.getList("usage.days.date");
    List<Integer> requests = usage.getList("usage.days.requests");
    List<String> days = new ArrayList<>();
    for (int i = 0; i < dates.size(); i++) {
      days.add(dates.get(i) + " " + requests.get(i));
    }
    return days;
  }

  private JsonPath usage(int days) {
    return get("/usage?days=" + days);
  }

  private JsonPath get(String path) {
    return get(token, path);
  }

  private JsonPath get(TestInbox.NewToken which, String path) {
    Response response =
        inbox
            .request(admin)
            .get("/api/v1/workspaces/" + admin.workspaceId() + "/tokens/" + which.id() + path);
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
    return response.jsonPath();
  }

  private int storedDays() throws SQLException {
    try (Connection connection = inbox.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM token_usage")) {
      assertThat(row.next()).isTrue();
      return row.getInt(1);
    }
  }
}
