package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of tokens, page by page, and what it tells of each. */
class TokenListTest {
  private static final Pattern TIME = Pattern.compile("\"\\w+At\":\"([^\"]+)\"");

  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static int workspaces;
  private TestInbox.SignedIn admin;

  @BeforeEach
  void createWorkspace() {
    admin = inbox.workspace("acme-" + ++workspaces);
  }

  @Test
  void pagesHaveEachTokenOnceNewestFirstAlsoWhileTokensAreCreated() {
    List<String> created = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      created.add(inbox.createToken(admin, "token " + i).id());
    }
    Collections.reverse(created);

    List<String> listed = new ArrayList<>();
    String cursor = null;
    int pages = 0;
    do {
      RequestSpecification request = inbox.request(admin).queryParam("limit", 10);
      if (cursor != null) {
        request.queryParam("cursor", cursor);
      }
      Response page = list(request);
      listed.addAll(page.path("tokens.id"));
      cursor = page.path("nextCursor");
      pages++;
      inbox.createToken(admin, "created between pages");
    } while (cursor != null);

    assertThat(pages).isEqualTo(3);
    assertThat(new HashSet<>(listed)).hasSameSizeAs(listed);
    // Tokens of the same millisecond are ordered by id, not by creation.
    assertThat(listed).containsExactlyInAnyOrderElementsOf(created);
    List<String> times =
        list(inbox.request(admin).queryParam("limit", 100)).path("tokens.createdAt");
    assertThat(times).isSortedAccordingTo(Collections.reverseOrder());
  }

  @Test
  void aFullLastPageHasNoCursor() {
    inbox.createToken(admin, "one");
    inbox.createToken(admin, "two");

    assertThat(list(inbox.request(admin).queryParam("limit", 2)).<String>path("nextCursor"))
        .isNull();
  }

  @Test
  void theStatusFilterKeepsWhatItSays() {
    TestInbox.NewToken active = inbox.createToken(admin, "active");
    TestInbox.NewToken revoked = inbox.createToken(admin, "revoked");
    inbox.revoke(admin, revoked.id());

    list(inbox.request(admin).queryParam("status", "active"))
        .then()
        .body("tokens.id", contains(active.id()));
    list(inbox.request(admin).queryParam("status", "revoked"))
        .then()
        .body("tokens.id", contains(revoked.id()));
    assertThat(list(inbox.request(admin)).<List<String>>path("tokens.id")).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "limit,  0, must be a number from 1 to 100",
    "limit,  101, must be a number from 1 to 100",
    "limit,  -1, must be a number from 1 to 100",
    "limit,  abc, must be a number from 1 to 100",
    "limit, 99999999999, must be a number from 1 to 100",
    "status, foo, must be active or revoked or expired",
    "status, ACTIVE, must be active or revoked or expired",
    "sort, -name, must be -createdAt or name or -lastUsedAt or lastUsedAt",
    "sort, '', must be -createdAt or name or -lastUsedAt or lastUsedAt",
    "unusedSince, 2026-06-12, must be a time such as 2026-06-12T10:25:00Z",
    "unusedSince, 1781260260000, must be a time such as 2026-06-12T10:25:00Z",
    "unusedSince, +10000-01-01T00:00:00Z, must be a time such as 2026-06-12T10:25:00Z",
    "query, adraa_1a2b3c4d5, 'must not be a secret; send its prefix, the first 14 characters'",
    "query, ADRAA_SESSION_0, 'must not be a secret; send its prefix, the first 14 characters'",
    "cursor, x, must be the nextCursor of the previous page",
    "cursor, MTIz, must be the nextCursor of the previous page",
    "cursor, '', must be the nextCursor of the previous page",
    "cursor, %%%, must be the nextCursor of the previous page"
  })
  void aWrongParameterIsNamedWithItsLimits(String parameter, String value, String message) {
    list(inbox.request(admin).queryParam(parameter, value))
        .then()
        .statusCode(400)
        .body("error.code", equalTo("VALIDATION_ERROR"))
        .body("error.details.field", contains(parameter))
        .body("error.details.message", contains(message));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2020-06-12T10:25:00Z",
        "2020-06-12t10:25:00.123456789z",
        "2020-06-12T12:25:00+02:00"
      })
  void aTimeIsReadInEachFormThatClientsWrite(String time) {
    list(inbox.request(admin).queryParam("unusedSince", time)).then().statusCode(200);
  }

  @Test
  void revokingAgainChangesNothingAndAnswersTheSame() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");

    String first = inbox.revoke(admin, token.id()).asString();
    String second = inbox.revoke(admin, token.id()).asString();

    assertThat(second).isEqualTo(first).contains("\"status\":\"revoked\"");
    assertThat(
            inbox
                .request(admin)
                .get("/api/v1/workspaces/{id}/tokens/{token}", admin.workspaceId(), token.id())
                .asString())
        .isEqualTo(first);
  }

  @Test
  void lastUseIsShownSoonAfterEachUse() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    Instant previous = Instant.EPOCH;
    for (int i = 0; i < 3; i++) {
      Instant before = Instant.now().minusMillis(1);
      inbox.verify(token.secret()).then().statusCode(200);
      await()
          .until(
              () -> {
                String at = list(inbox.request(admin)).path("tokens[0].lastUsedAt");
                return at != null && Instant.parse(at).isAfter(before);
              });
      Instant lastUsed = Instant.parse(list(inbox.request(admin)).path("tokens[0].lastUsedAt"));
      assertThat(lastUsed).isAfter(previous);
      previous = lastUsed;
    }
  }

  @Test
  void aRefusedTokenIsNoUse() {
    TestInbox.NewToken token = inbox.createToken(admin, "revoked");
    TestInbox.NewToken other = inbox.createToken(admin, "used later");
    inbox.revoke(admin, token.id());
    inbox.verify(token.secret()).then().statusCode(401);
    inbox.verify(other.secret()).then().statusCode(200);
    await()
        .until(
            () ->
                list(inbox.request(admin))
                        .path("tokens.find { it.name == 'used later' }.lastUsedAt")
                    != null);

    assertThat(
            list(inbox.request(admin))
                .<String>path("tokens.find { it.name == 'revoked' }.lastUsedAt"))
        .isNull();
  }

  @Test
  void timesAreUtcWithMilliseconds() {
    TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
    inbox.revoke(admin, token.id());

    Matcher times = TIME.matcher(list(inbox.request(admin)).asString());
    List<String> found = times.results().map(result -> result.group(1)).toList();

    assertThat(found)
        .hasSize(2)
        .allMatch(time -> time.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"));
  }

  private Response list(RequestSpecification request) {
    return request.get("/api/v1/workspaces/{id}/tokens", admin.workspaceId());
  }
}
