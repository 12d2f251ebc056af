package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.response.Response;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each response tells the caller the limit of its address and what remains of it. */
class RateLimitTest {
  private static final Pattern REMAINING = Pattern.compile("\"ip-address\";r=(\\d+);t=(\\d+)");

  @Test
  void eachResponseTellsWhatRemains() {
    try (TestInbox inbox = TestInbox.builder().rateLimit("4/h").start()) {
      List<String> paths = List.of("/api/v1/me", "/api/v1/session", "/api/v1/none", "/api/v1/me?x");
      for (int i = 0; i < paths.size(); i++) {
        Response response = inbox.request().get(paths.get(i));

        assertThat(response.statusCode()).isIn(401, 404);
        assertThat(response.header("RateLimit-Policy")).isEqualTo("\"ip-address\";q=4;w=3600");
        Matcher remaining = remaining(response);
        assertThat(remaining.group(1)).isEqualTo(Integer.toString(3 - i));
        // A request becomes available again every 900 s.
        assertThat(Integer.parseInt(remaining.group(2))).isBetween(900 * i + 1, 900 * (i + 1) + 1);
      }

      Response refused = inbox.request().get("/api/v1/me");

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"ip-address\";q=4;w=3600");
      assertThat(remaining(refused).group(1)).isEqualTo("0");
      // The first request is available before all of them are.
      assertThat(Integer.parseInt(refused.header("Retry-After")))
          .isLessThan(Integer.parseInt(remaining(refused).group(2)));
    }
  }

  @Test
  void aPageDoesNotCountAndASuccessTellsToo() {
    try (TestInbox inbox = TestInbox.builder().rateLimit("1000/min").start()) {
      String token = inbox.createToken(inbox.workspace("acme"), "CRM integration").secret();
      Response first = inbox.verify(token);

      Response page = inbox.request().get("/docs/");
      Response second = inbox.verify(token);

      assertThat(first.header("RateLimit-Policy")).isEqualTo("\"ip-address\";q=1000;w=60");
      assertThat(page.headers().hasHeaderWithName("RateLimit")).isFalse();
      assertThat(second.statusCode()).isEqualTo(200);
      assertThat(REMAINING.matcher(second.header("RateLimit")).matches()).isTrue();
    }
  }

  @Test
  void withoutALimitThereIsNothingToTell() {
    try (TestInbox inbox = TestInbox.start()) {
      Response response = inbox.request().get("/api/v1/me");

      assertThat(response.headers().hasHeaderWithName("RateLimit")).isFalse();
      assertThat(response.headers().hasHeaderWithName("RateLimit-Policy")).isFalse();
    }
  }

  private static Matcher remaining(Response response) {
    Matcher matcher = REMAINING.matcher(response.header("RateLimit"));
    assertThat(matcher.matches()).as(response.header("RateLimit")).isTrue();
    return matcher;
  }
}
