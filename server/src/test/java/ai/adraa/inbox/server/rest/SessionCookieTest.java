package ai.adraa.inbox.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.server.secret.Secret;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedHashMap;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.instancio.Instancio;
import org.instancio.junit.InstancioExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which sessions are read from a Cookie header, whatever else is in it. */
@ExtendWith(InstancioExtension.class)
class SessionCookieTest {
  private static final SessionCookie HTTP = new SessionCookie(URI.create("http://localhost:8080"));
  private static final SessionCookie HTTPS = new SessionCookie(URI.create("HTTPS://inbox.example"));
  private static final String ID = Secret.newSessionId().reveal();
  private static final String OTHER = Secret.newSessionId().reveal();

  @Test
  void theSessionIsFoundAmongAnyOtherCookies() {
    for (String text : texts()) {
      String other = text.replace(';', ' ');
      assertThat(ids(HTTP, other + ";adraa_session=" + ID + "; " + other)).containsExactly(ID);
      assertThat(ids(HTTP, other, " adraa_session = " + ID + " ")).containsExactly(ID);
    }
  }

  @Test
  void anyTextIsReadAndWithoutTheNameThereIsNoSession() {
    for (String text : texts()) {
      assertThat(ids(HTTP, text)).isEmpty();
      assertThat(ids(HTTP, "x" + text, "adraa_sessio=" + ID, "adraa_session2=" + ID)).isEmpty();
    }
    assertThat(HTTP.ids(new MultivaluedHashMap<>())).isEmpty();
  }

  @Test
  void aMalformedSessionIsLeftOutUnlessThereIsNoOther() {
    assertThat(ids(HTTP, "adraa_session=bad; adraa_session=" + ID)).containsExactly(ID);
    assertThat(ids(HTTP, "adraa_session=bad; adraa_session=worse")).containsExactly("bad");
    assertThat(ids(HTTP, "adraa_session=")).containsExactly("");
    assertThat(ids(HTTP, "adraa_session")).isEmpty();
  }

  @Test
  void theCookieThatOnlyThisServerCanSetComesFirst() {
    String both = "adraa_session=" + OTHER + "; __Host-adraa_session=" + ID;
    assertThat(ids(HTTPS, both)).containsExactly(ID, OTHER);

    MultivaluedHashMap<String, String> browser = new MultivaluedHashMap<>();
    browser.putSingle(HttpHeaders.COOKIE, both);
    browser.putSingle("Sec-Fetch-Site", "same-origin");
    assertThat(reveal(HTTPS.ids(browser))).containsExactly(ID);
    assertThat(reveal(HTTP.ids(browser))).containsExactly(ID, OTHER);
  }

  @Test
  void theCookieIsForTheServerOnlyAndSecureOverHttps() {
    assertThat(HTTP.set(new Secret(ID), Duration.ofMinutes(2)))
        .isEqualTo("adraa_session=" + ID + "; Path=/; Max-Age=120; HttpOnly; SameSite=Lax");
    assertThat(HTTPS.set(new Secret(ID), Duration.ofMinutes(2)))
        .isEqualTo(
            "__Host-adraa_session=" + ID + "; Path=/; Max-Age=120; HttpOnly; SameSite=Lax; Secure");
    assertThat(HTTP.remove())
        .isEqualTo("adraa_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
  }

  private static List<String> texts() {
    return Stream.concat(
            Instancio.gen().string().unicode().length(0, 40).stream().limit(300),
            Instancio.gen().text().pattern("#a=#a;;=#a==#d; #a").stream().limit(50))
        .toList();
  }

  private static List<String> ids(SessionCookie cookie, String... headers) {
    MultivaluedHashMap<String, String> request = new MultivaluedHashMap<>();
    request.put(HttpHeaders.COOKIE, List.of(headers));
    return reveal(cookie.ids(request));
  }

  private static List<String> reveal(List<Secret> ids) {
    return ids.stream().map(Secret::reveal).toList();
  }
}
