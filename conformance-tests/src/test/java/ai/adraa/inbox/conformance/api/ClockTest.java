package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The machine's clock is set back by an hour under the running server. */
class ClockTest {
  private static final Duration BACK = Duration.ofHours(-1);

  private final MovableClock clock = new MovableClock();

  @AutoClose private final TestInbox inbox = TestInbox.builder().clock(clock).start();

  private final TestInbox.SignedIn admin = inbox.workspace("acme");

  @Test
  void lastUseAndRevocationDoNotGoBack() {
    TestInbox.NewToken before = inbox.createToken(admin, "before");
    assertThat(inbox.verify(before.secret()).statusCode()).isEqualTo(200);
    await().until(() -> token(before).path("token.lastUsedAt") != null);
    Instant used = Instant.parse(token(before).path("token.lastUsedAt"));

    clock.advance(BACK);

    TestInbox.NewToken after = inbox.createToken(admin, "after");
    assertThat(inbox.verify(before.secret()).statusCode()).isEqualTo(200);
    assertThat(inbox.verify(after.secret()).statusCode()).isEqualTo(200);
    // Both are written in one transaction.
    await().until(() -> token(after).path("token.lastUsedAt") != null);
    assertThat(Instant.parse(token(before).path("token.lastUsedAt"))).isEqualTo(used);

    assertThat(inbox.revoke(admin, before.id()).statusCode()).isEqualTo(200);
    assertThat(inbox.verify(before.secret()).statusCode()).isEqualTo(401);
    assertThat(inbox.verify(after.secret()).statusCode()).isEqualTo(200);
  }

  @Test
  void aPagedListHasEachTokenOnce() {
    List<String> created = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      created.add(inbox.createToken(admin, "before").id());
    }
    Response page = page(null);
    List<String> listed = new ArrayList<>(page.path("tokens.id"));

    clock.advance(BACK);
    for (int i = 0; i < 3; i++) {
      created.add(inbox.createToken(admin, "after").id());
    }

    for (String cursor = page.path("nextCursor"); cursor != null; ) {
      page = page(cursor);
      listed.addAll(page.path("tokens.id"));
      cursor = page.path("nextCursor");
    }
    assertThat(listed).containsExactlyInAnyOrderElementsOf(created);
  }

  @Test
  void aSignInCodeDoesNotLiveLongerAndASessionGoesOn() {
    String code = inbox.requestCode("admin@acme.example");

    clock.advance(BACK);

    TestInbox.enterCode(inbox.request(), "admin@acme.example", code).then().statusCode(401);
    assertThat(inbox.request(admin).get("/api/v1/session").statusCode()).isEqualTo(200);
    assertThat(inbox.signIn("admin@acme.example").workspaceId()).isEqualTo(admin.workspaceId());
  }

  private Response token(TestInbox.NewToken token) {
    return inbox
        .request(admin)
        .get("/api/v1/workspaces/{id}/tokens/{token}", admin.workspaceId(), token.id());
  }

  private Response page(String cursor) {
    return inbox
        .request(admin)
        .queryParams(cursor == null ? Map.of() : Map.of("cursor", cursor))
        .queryParam("limit", 2)
        .get("/api/v1/workspaces/{id}/tokens", admin.workspaceId());
  }
}
