package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.RestAssured;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rate limit counts callers, as trusted proxies name them and nobody else. */
@Tag("once")
class TrustedProxiesTest {
  @Test
  void aForgedHeaderDoesNotEscapeTheLimit() {
    try (TestInbox inbox = TestInbox.builder().rateLimit("2/h").start()) {
      assertThat(verifyFrom(inbox, "192.0.2.1")).isEqualTo(401);
      assertThat(verifyFrom(inbox, "192.0.2.2")).isEqualTo(401);
      assertThat(verifyFrom(inbox, "192.0.2.3")).isEqualTo(429);
    }
    try (TestInbox inbox =
        TestInbox.builder().rateLimit("2/h").trustedProxies("192.0.2.1").start()) {
      assertThat(verifyFrom(inbox, "198.51.100.1, 192.0.2.1")).isEqualTo(401);
      assertThat(verifyFrom(inbox, "198.51.100.2, 192.0.2.1")).isEqualTo(401);
      assertThat(verifyFrom(inbox, "198.51.100.3, 192.0.2.1")).isEqualTo(429);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/none", "/api", "/apix", "/none", "/app.js", "/api/v1/me/none"})
  void aPathThatDoesNotExistCountsToo(String path) {
    try (TestInbox inbox = TestInbox.builder().rateLimit("2/h").start()) {
      assertThat(RestAssured.get(inbox.url() + path).statusCode()).isEqualTo(404);
      assertThat(RestAssured.get(inbox.url() + path).statusCode()).isEqualTo(404);
      assertThat(RestAssured.get(inbox.url() + path).statusCode()).isEqualTo(429);
      assertThat(verifyFrom(inbox, "192.0.2.1")).isEqualTo(429);
      // Pages are in memory and cost nothing to count.
      for (String page : new String[] {"/", "/app", "/docs/", "/openapi.yaml"}) {
        assertThat(RestAssured.get(inbox.url() + page).statusCode()).as(page).isEqualTo(200);
      }
    }
  }

  @Test
  void behindATrustedProxyEachCallerHasALimitOfItsOwn() {
    try (TestInbox inbox =
        TestInbox.builder().rateLimit("2/h").trustedProxies("127.0.0.1", "10.0.0.0/8").start()) {
      assertThat(verifyFrom(inbox, "192.0.2.1")).isEqualTo(401);
      assertThat(verifyFrom(inbox, "192.0.2.1, 10.0.0.7")).isEqualTo(401);
      assertThat(verifyFrom(inbox, "192.0.2.1")).isEqualTo(429);
      assertThat(verifyFrom(inbox, "192.0.2.2")).isEqualTo(401);
      // What the caller wrote itself is on the left.
      assertThat(verifyFrom(inbox, "198.51.100.1, 192.0.2.1")).isEqualTo(429);
      assertThat(verifyFrom(inbox, "nonsense, 192.0.2.1")).isEqualTo(429);
    }
  }

  @Test
  void anIpv6CallerIsItsNetwork() {
    try (TestInbox inbox =
        TestInbox.builder().rateLimit("2/h").trustedProxies("127.0.0.1").start()) {
      assertThat(verifyFrom(inbox, "2001:db8::1")).isEqualTo(401);
      assertThat(verifyFrom(inbox, "[2001:db8::2]:4711")).isEqualTo(401);
      assertThat(verifyFrom(inbox, "2001:db8::3")).isEqualTo(429);
      assertThat(verifyFrom(inbox, "2001:db8:0:1::1")).isEqualTo(401);
    }
  }

  private static int verifyFrom(TestInbox inbox, String forwardedFor) {
    return RestAssured.given()
        .header("X-Forwarded-For", forwardedFor)
        .get(inbox.url() + "/api/v1/me")
        .statusCode();
  }
}
