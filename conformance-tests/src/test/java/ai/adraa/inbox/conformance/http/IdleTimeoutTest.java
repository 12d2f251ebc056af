package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Command;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a connection waits for its next request; {@link Http2Test} has the same for HTTP/2. */
@Tag("once")
class IdleTimeoutTest {
  private static final String[] REQUEST = {"GET /api/v1/me HTTP/1.1", "Host: x"};

  @Test
  void theOptionSetsHowLongAConnectionIsKept() {
    try (TestInbox brief = TestInbox.builder().idleTimeout(Duration.ofSeconds(1)).start();
        TestInbox usual = TestInbox.start();
        RawHttp kept = new RawHttp(usual.url());
        RawHttp closed = new RawHttp(brief.url())) {
      kept.send(REQUEST);
      assertThat(kept.oneAnswer().status()).isEqualTo(401);
      closed.send(REQUEST);
      assertThat(closed.oneAnswer().status()).isEqualTo(401);

      assertThat(closed.untilClosed()).isEmpty();
      kept.send(REQUEST);
      assertThat(kept.oneAnswer().status()).isEqualTo(401);
    }
  }

  /** A proxy keeps its connections for 60 seconds. */
  @Test
  @Tag("faults")
  void aConnectionIsKeptForLongerThanOneThatNeverSendsARequest() {
    try (TestInbox usual = TestInbox.start();
        RawHttp kept = new RawHttp(usual.url())) {
      kept.send(REQUEST);
      assertThat(kept.oneAnswer().status()).isEqualTo(401);
      for (int i = 0; i < 2; i++) {
        try (RawHttp unused = new RawHttp(usual.url())) {
          assertThat(unused.untilClosed()).isEmpty();
        }
      }
      kept.send(REQUEST);
      assertThat(kept.oneAnswer().status()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "75s", "1000000"})
  void aValueThatIsNoNumberOfSecondsIsRefused(String value) {
    Tool.Finished refused = Command.run("serve", "--idle-timeout", value);

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("--idle-timeout").contains("seconds from 1 to 999999");
  }
}
