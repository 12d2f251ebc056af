package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.server.http.TrustedProxies;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rate limit, the limits of sign-in and the audit trail see callers as trusted proxies name
 * them, and as nobody else does.
 */
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
      assertThat(
              RestAssured.given()
                  .header("Accept", "text/html")
                  .get(inbox.url() + "/none")
                  .statusCode())
          .isEqualTo(404);
    }
  }

  /** After a Retry-After of 0, the next request would be refused too. */
  @Test
  void retryAfterIsASecondAtLeast() {
    try (TestInbox inbox = TestInbox.builder().rateLimit("1/s").start()) {
      Response refused =
          await()
              .until(
                  () -> RestAssured.get(inbox.url() + "/api/v1/me"),
                  response -> response.statusCode() == 429);

      assertThat(refused.header("Retry-After")).isEqualTo("1");
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
  void behindATrustedProxyEachCallerHasSignInLimitsOfItsOwn() {
    try (TestInbox inbox =
        TestInbox.builder().signInLimit("2/h").trustedProxies("127.0.0.1").start()) {
      for (String caller : List.of("192.0.2.1", "192.0.2.2")) {
        for (int status : new int[] {202, 202, 429}) {
          requestCodeFrom(inbox, caller, "nobody@acme.example").then().statusCode(status);
        }
        for (int status : new int[] {401, 401, 429}) {
          signInFrom(inbox, caller, "nobody@acme.example", "000000").then().statusCode(status);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 192.0.2.1", "10.0.0.7, 127.0.0.1"})
  void theAuditTrailNamesTheCallerOnlyAsATrustedProxyDoes(String trusted, String recorded) {
    String email = "admin@acme.example";
    try (TestInbox inbox = TestInbox.builder().trustedProxies(trusted).start()) {
      inbox.command("workspace", "create", "--name", "acme", "--admin", email);
      String code =
          inbox
              .mail()
              .codeMailedBy(
                  () -> requestCodeFrom(inbox, "192.0.2.1", email).then().statusCode(202));
      signInFrom(inbox, "192.0.2.1", email, code).then().statusCode(201);

      JsonPath signIn =
          JsonPath.from(inbox.command("audit", "list", "--action", "sign-in", "--format", "json"));
      assertThat(signIn.getString("address")).isEqualTo(recorded);
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

  @Test
  void anAddressIsCountedInAnyForm() {
    try (TestInbox inbox =
        TestInbox.builder().rateLimit("1/h").trustedProxies("127.0.0.1").start()) {
      Map.of(
              "192.0.2.1:4711", "192.0.2.1",
              "::ffff:192.0.2.2", "192.0.2.2",
              "[::ffff:192.0.2.3]:80", "192.0.2.3",
              "2001:DB8:0:1:0:0:0:1", "2001:db8:0:1::1",
              "[2001:db8:0:2::1]", "2001:db8:0:2::1")
          .forEach(
              (form, address) -> {
                assertThat(verifyFrom(inbox, form)).as(form).isEqualTo(401);
                assertThat(verifyFrom(inbox, address)).as(form).isEqualTo(429);
              });
      assertThat(verifyFrom(inbox, "127.0.0.1")).isEqualTo(401);
    }
  }

  @Test
  void whatIsNoAddressEndsTheSearch() {
    try (TestInbox inbox =
        TestInbox.builder().rateLimit("1/h").trustedProxies("127.0.0.1").start()) {
      assertThat(verifyFrom(inbox, "127.0.0.1")).isEqualTo(401);
      for (String entry :
          List.of(
              "localhost",
              "10.1",
              "1",
              "256.0.2.1",
              "192.0.2.1.1",
              "192.0.2.1:123456",
              "[2001:db8::1",
              "2001:db8::1]",
              "2001:db8",
              "fe80::1%nothing",
              "_hidden",
              "unknown",
              "192.0.2.1,")) {
        assertThat(verifyFrom(inbox, "192.0.2.1, " + entry)).as(entry).isEqualTo(429);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proxy.example",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0.0/999",
        "10.0.0.0/8x",
        "10.0.0.0/",
        "10.1",
        "10",
        "10.0.0.1-10.0.0.9",
        "10.0-255.0.1",
        "fd00::/129",
        "[fd00::]/8",
        "fd00::/8/8",
        ""
      })
  void whatIsNoNetworkIsRefused(String network) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedProxies.of(List.of("10.0.0.7", "fd00::/8", network)))
        .withMessage(network);
  }

  private static int verifyFrom(TestInbox inbox, String forwardedFor) {
    return RestAssured.given()
        .header("X-Forwarded-For", forwardedFor)
        .get(inbox.url() + "/api/v1/me")
        .statusCode();
  }

  private static Response requestCodeFrom(TestInbox inbox, String forwardedFor, String email) {
    return TestInbox.requestCode(inbox.request().header("X-Forwarded-For", forwardedFor), email);
  }

  private static Response signInFrom(
      TestInbox inbox, String forwardedFor, String email, String code) {
    return TestInbox.enterCode(
        inbox.request().header("X-Forwarded-For", forwardedFor), email, code);
  }
}
