package ai.adraa.inbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A token that is replaced while the client runs. */
class CredentialTest {
  @AutoClose private final ScriptedServer server = new ScriptedServer();
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void aReplacedTokenIsReadAgainAfterA401() {
    Queue<String> tokens = new ConcurrentLinkedQueue<>(List.of("adraa_old", "adraa_new"));
    AdraaInbox inbox = inbox(tokens::remove);
    server.next(200, ScriptedServer.VERIFIED);
    server.next(200, ScriptedServer.VERIFIED);
    inbox.verify();
    inbox.verify();
    assertThat(asked).hasValue(1);

    server.refuse(401, "INVALID_API_TOKEN");
    server.next(200, ScriptedServer.VERIFIED);
    server.next(200, ScriptedServer.VERIFIED);
    inbox.verify();
    inbox.verify();

    assertThat(asked).hasValue(2);
    assertThat(server.received)
        .extracting(request -> request.headers().get("Authorization"))
        .containsExactly(
            List.of("Bearer adraa_old"),
            List.of("Bearer adraa_old"),
            List.of("Bearer adraa_old"),
            List.of("Bearer adraa_new"),
            List.of("Bearer adraa_new"));
  }

  @Test
  void theSameTokenIsNotSentAgain() {
    AdraaInbox inbox = inbox(() -> "adraa_same");
    server.refuse(401, "INVALID_API_TOKEN");

    assertThat(code(inbox::verify)).isEqualTo("INVALID_API_TOKEN");

    assertThat(asked).hasValue(2);
    assertThat(server.received).hasSize(1);
  }

  @Test
  void aSecondRefusalIsFinal() {
    AdraaInbox inbox = inbox(() -> "adraa_" + asked.get());
    server.refuse(401, "INVALID_API_TOKEN");
    server.refuse(401, "INVALID_API_TOKEN");

    assertThat(code(inbox::verify)).isEqualTo("INVALID_API_TOKEN");

    assertThat(server.received).hasSize(2);
  }

  @Test
  void onlyTheTokenThatACallBeganWithIsRevoked() {
    AdraaInbox inbox = inbox(() -> "adraa_" + asked.get());
    server.refuse(401, "INVALID_API_TOKEN");

    assertThat(code(inbox::revokeOwnToken)).isEqualTo("INVALID_API_TOKEN");

    assertThat(server.received).hasSize(1);
  }

  @Test
  void aRetryAndANewTokenDoNotCountAsOne() {
    AdraaInbox inbox = inbox(() -> "adraa_" + asked.get());
    server.refuse(503, "SERVICE_UNAVAILABLE");
    server.refuse(401, "INVALID_API_TOKEN");
    server.refuse(429, "RATE_LIMIT_EXCEEDED");
    server.next(200, ScriptedServer.VERIFIED);

    assertThat(inbox.verify().getCompany().getName()).isEqualTo("acme");
  }

  @Test
  void aSupplierThatReturnsNoTokenIsNamedWithoutItsText() {
    assertThatThrownBy(inbox(() -> null)::verify)
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("supplier");
    assertThatThrownBy(inbox(() -> "adraa_x\n")::verify)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("adraa_");
    assertThat(server.received).isEmpty();
  }

  private AdraaInbox inbox(Supplier<String> token) {
    return AdraaInbox.builder()
        .baseUrl(server.url())
        .pause(time -> {})
        .token(
            () -> {
              asked.incrementAndGet();
              return token.get();
            })
        .build();
  }

  private static String code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(AdraaInboxException.class, call).code();
  }
}
