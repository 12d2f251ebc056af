package ai.adraa.inbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a client can be built with. */
class BuilderTest {
  private static final String SECRET = "adraa_an-example-that-opens-nothing";

  @AutoClose private final ScriptedServer server = new ScriptedServer();

  @Test
  void aTimeLimitMayBeAsLongAsAnyoneLikes() {
    try (ScriptedServer server = new ScriptedServer()) {
      server.next(200, ScriptedServer.VERIFIED);
      AdraaInbox inbox =
          AdraaInbox.builder()
              .baseUrl(server.url())
              .token("adraa_example")
              .connectTimeout(Duration.ofMillis(Long.MAX_VALUE))
              .requestTimeout(Duration.ofMillis(Long.MAX_VALUE))
              .maxRetryAfter(Duration.ofSeconds(Long.MAX_VALUE))
              .build();
      assertThat(inbox.verify().getCompany().getName()).isEqualTo("acme");
    }
  }

  @Test
  void aGivenHttpClientIsUsedAndNotClosed() {
    // Through the server as a proxy: the name does not exist.
    HttpClient http =
        HttpClient.newBuilder()
            .proxy(
                java.net.ProxySelector.of(
                    new java.net.InetSocketAddress("127.0.0.1", server.url().getPort())))
            .build();
    server.next(200, ScriptedServer.VERIFIED);
    server.next(200, ScriptedServer.VERIFIED);

    for (int i = 0; i < 2; i++) {
      try (AdraaInbox inbox =
          AdraaInbox.builder()
              .httpClient(http)
              .baseUrl(URI.create("http://inbox.invalid"))
              .build()) {
        assertThat(inbox.verify().getCompany().getName()).isEqualTo("acme");
      }
    }
    assertThat(server.received.remove().headers().get("Host")).containsExactly("inbox.invalid");
  }

  @Test
  void anHttpClientThatFollowsRedirectsIsRefused() {
    for (HttpClient.Redirect redirect :
        List.of(HttpClient.Redirect.ALWAYS, HttpClient.Redirect.NORMAL)) {
      HttpClient http = HttpClient.newBuilder().followRedirects(redirect).build();
      assertThatThrownBy(() -> AdraaInbox.builder().httpClient(http))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aClosedClientSendsNoMoreRequests() {
    server.next(200, ScriptedServer.VERIFIED);
    AdraaInbox inbox = AdraaInbox.builder().baseUrl(server.url()).retries(0).build();
    inbox.verify();

    inbox.close();
    inbox.close();

    if (Runtime.version().feature() >= 21) {
      assertThatThrownBy(inbox::verify).isInstanceOf(AdraaInboxException.class);
    }
    assertThat(server.received).hasSize(1);
  }

  @Test
  void theUserAgentIsSent() {
    server.next(200, ScriptedServer.VERIFIED);

    AdraaInbox.builder().baseUrl(server.url()).userAgent("shop/2.1 (EU)").build().verify();

    assertThat(server.received.remove().headers().get("User-agent"))
        .containsExactly("shop/2.1 (EU)");
    for (String wrong : List.of("", " ", "shop\r\nX: y", "Straße")) {
      assertThatThrownBy(() -> AdraaInbox.builder().userAgent(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void theEnvironmentSetsTokenAndUrl() {
    server.next(200, ScriptedServer.VERIFIED);
    Map<String, String> environment =
        Map.of("ADRAA_TOKEN", SECRET, "ADRAA_URL", server.url().toString());

    AdraaInbox.builder().from(environment).build().verify();

    assertThat(server.received.remove().headers().get("Authorization"))
        .containsExactly("Bearer " + SECRET);
    assertThat(AdraaInbox.builder().from(Map.of("ADRAA_TOKEN", SECRET)).build().toString())
        .isEqualTo("AdraaInbox[https://api.inbox.adraa.ai, with a token]");
  }

  @Test
  void aMistakeInTheEnvironmentNamesTheVariable() {
    assertRefused(Map.of(), "ADRAA_TOKEN");
    assertRefused(Map.of("ADRAA_URL", "http://localhost"), "ADRAA_TOKEN");
    assertRefused(Map.of("ADRAA_TOKEN", ""), "ADRAA_TOKEN");
    assertRefused(Map.of("ADRAA_TOKEN", SECRET + "\n"), "ADRAA_TOKEN");
    assertRefused(Map.of("ADRAA_TOKEN", SECRET, "ADRAA_URL", ""), "ADRAA_URL");
    assertRefused(Map.of("ADRAA_TOKEN", SECRET, "ADRAA_URL", "inbox example"), "ADRAA_URL");
  }

  private static void assertRefused(Map<String, String> environment, String variable) {
    assertThatThrownBy(() -> AdraaInbox.builder().from(environment))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(variable)
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void limitsThatMeanNothingAreRefused() {
    assertThatThrownBy(() -> AdraaInbox.builder().retries(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> AdraaInbox.builder().maxRetryAfter(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
