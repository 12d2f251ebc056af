package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import ai.adraa.inbox.conformance.support.Cable;
import ai.adraa.inbox.conformance.support.Mailbox;
import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.server.account.SignInService;
import io.restassured.http.Cookie;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.util.DefaultLocale;

/** One-time codes by email, and the sessions they begin. */
class SignInTest {
  private static final MovableClock CLOCK = new MovableClock();
  @AutoClose private static final TestInbox inbox = TestInbox.builder().clock(CLOCK).start();
  private static int workspaces;
  private String email;

  @BeforeEach
  void createWorkspace() {
    String name = "acme-" + ++workspaces;
    email = "ada@" + name + ".example";
    inbox.command("workspace", "create", "--name", name, "--admin", email);
  }

  @Test
  @DefaultLocale("fa")
  void aCodeInTheMailHasAsciiDigitsInEveryLanguage() {
    assertThat(signIn(email, inbox.requestCode(email)).statusCode()).isEqualTo(201);
  }

  @Test
  void aCodeWorksOnce() {
    String code = inbox.requestCode(email);

    assertThat(signIn(email, code).statusCode()).isEqualTo(201);
    refused(signIn(email, code));
  }

  @Test
  void fiveTriesAreAllThereAre() {
    String code = inbox.requestCode(email);
    for (int i = 0; i < 5; i++) {
      refused(signIn(email, wrong(code)));
    }
    refused(signIn(email, code));
  }

  @Test
  void fourWrongTriesStillLeaveOne() {
    String code = inbox.requestCode(email);
    for (int i = 0; i < 4; i++) {
      refused(signIn(email, wrong(code)));
    }
    assertThat(signIn(email, code).statusCode()).isEqualTo(201);
  }

  @Test
  void aNewerCodeReplacesTheOlder() {
    String older = inbox.requestCode(email);
    String newer = inbox.requestCode(email);

    if (!older.equals(newer)) {
      refused(signIn(email, older));
    }
    assertThat(signIn(email, newer).statusCode()).isEqualTo(201);
  }

  @Test
  void aCodeIsOfNoUseToAnotherAgent() {
    String code = inbox.requestCode(email);
    inbox.command("agent", "add", "--workspace", "acme-" + workspaces, "--email", "eve@x.example");

    refused(signIn("eve@x.example", code));
    assertThat(signIn(email, code).statusCode()).isEqualTo(201);
  }

  @Test
  void aCodeExpiresAfterTenMinutes() {
    String code = inbox.requestCode(email);
    CLOCK.advance(Duration.ofMinutes(10));

    refused(signIn(email, code));
  }

  @Test
  void emailsAreTheSameInAnyCaseAndWithWhiteSpaceAround() {
    String code = inbox.requestCode("  " + email.toUpperCase(Locale.ROOT) + " ");

    assertThat(signIn(email, " " + code + " ").statusCode()).isEqualTo(201);
  }

  @Test
  void anUnknownEmailGetsTheSameAnswerAndNoMail() {
    try (TestInbox asked = TestInbox.start()) {
      asked.command("workspace", "create", "--name", "acme", "--admin", email);
      Response unknown = request(asked, "nobody@acme.example");
      Response known = request(asked, email);

      assertThat(unknown.statusCode()).isEqualTo(known.statusCode()).isEqualTo(202);
      assertThat(unknown.asString()).isEqualTo(known.asString()).isEmpty();
      assertThat(unknown.headers().asList().stream().map(header -> header.getName()))
          .isEqualTo(known.headers().asList().stream().map(header -> header.getName()).toList());
      refused(signIn(asked, "nobody@acme.example", "000000"));
      // A stop sends all mail, so none is still on its way.
      asked.stopServer();
      assertThat(asked.mail().mailsTo(domain(email))).hasSize(1);
      assertThat(asked.mail().mailsTo("acme.example")).isEmpty();
    }
  }

  @Test
  void tenCodesAndTenTriesAnHourAreEnoughForAKnownEmailAndAnUnknown() {
    for (String one : List.of(email, "nobody@" + domain(email))) {
      for (int i = 0; i < 10; i++) {
        assertThat(request(one).statusCode()).isEqualTo(202);
        refused(signIn(one, "000000"));
      }
      tooMany(request(one));
      tooMany(signIn(one, "000000"));
    }
    // Others are not concerned.
    inbox.command("agent", "add", "--workspace", "acme-" + workspaces, "--email", "bob@y.example");
    inbox.signIn("bob@y.example");
    assertThat(inbox.mail().mailsTo(domain(email))).hasSize(10);
  }

  @Test
  void oneAddressAsksAndTriesForManyEmailsOnlySoOften() {
    try (TestInbox limited = TestInbox.builder().signInLimit("3/h").start()) {
      for (int i = 0; i < 3; i++) {
        request(limited, i + "@acme.example").then().statusCode(202);
        refused(signIn(limited, i + "@acme.example", "000000"));
      }
      tooMany(request(limited, "4@acme.example"));
      tooMany(signIn(limited, "4@acme.example", "000000"));
    }
  }

  @Test
  void aCodeTriedByManyAtOnceBeginsOneSession() throws Exception {
    String code = inbox.requestCode(email);
    ExecutorService threads = Executors.newFixedThreadPool(20);
    try {
      List<Callable<Integer>> tries =
          Collections.nCopies(20, () -> signIn(email, code).statusCode());
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> answer : threads.invokeAll(tries)) {
        statuses.add(answer.get());
      }
      assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 401, 429);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aRefusedTryTellsNothingOfTheEmail() {
    inbox.requestCode(email);
    request("nobody@" + domain(email));
    Response known = signIn(email, "000000");
    Response unknown = signIn("nobody@" + domain(email), "000000");

    refused(known);
    assertThat(unknown.asString()).isEqualTo(known.asString());
    assertThat(headers(unknown)).isEqualTo(headers(known));
  }

  @Test
  void aSessionsIdIsNewAtEachSignInAndTheOneBeforeEnds() {
    TestInbox.SignedIn old = inbox.signIn(email);
    for (String brought : List.of(old.session(), "chosen-by-an-intruder")) {
      Response again =
          TestInbox.enterCode(
              inbox.request().cookie("adraa_session", brought), email, inbox.requestCode(email));
      assertThat(again.statusCode()).isEqualTo(201);
      assertThat(again.cookie("adraa_session")).hasSize(43).isNotEqualTo(brought);
      inbox
          .request()
          .cookie("adraa_session", brought)
          .get("/api/v1/session")
          .then()
          .statusCode(401);
    }
  }

  @Test
  void aSessionEndsAfterTwelveHoursWithoutUseAndUseProlongsIt() {
    TestInbox.SignedIn session = inbox.signIn(email);

    CLOCK.advance(Duration.ofHours(11));
    assertThat(status(session)).isEqualTo(200);
    CLOCK.advance(Duration.ofHours(11));
    assertThat(status(session)).isEqualTo(200);
    CLOCK.advance(Duration.ofHours(12));
    assertThat(status(session)).isEqualTo(401);
  }

  @Test
  void aSessionEndsAfterSevenDaysWhateverItsUse() {
    TestInbox.SignedIn session = inbox.signIn(email);
    for (int hours = 0; hours < 7 * 24 - 8; hours += 8) {
      CLOCK.advance(Duration.ofHours(8));
      assertThat(status(session)).isEqualTo(200);
    }
    CLOCK.advance(Duration.ofHours(8));

    inbox
        .request(session)
        .get("/api/v1/session")
        .then()
        .statusCode(401)
        .body("error.code", equalTo("INVALID_SESSION"));
  }

  @Test
  void expiresAtIsWhenItEnds() {
    Response signedIn = signIn(email, inbox.requestCode(email));

    assertThat(Instant.parse(signedIn.path("session.expiresAt")))
        .isBetween(
            CLOCK.instant().plus(Duration.ofHours(12)).minusMillis(1),
            CLOCK.instant().plus(Duration.ofHours(12)));
  }

  @Test
  void signingOutEndsTheSessionOnTheServer() {
    TestInbox.SignedIn session = inbox.signIn(email);
    TestInbox.SignedIn other = inbox.signIn(email);

    Response signedOut = inbox.request(session).delete("/api/v1/session");

    assertThat(signedOut.statusCode()).isEqualTo(204);
    assertThat(signedOut.detailedCookie("adraa_session").getMaxAge()).isZero();
    assertThat(status(session)).isEqualTo(401);
    assertThat(status(other)).as("another session of the same agent").isEqualTo(200);
  }

  @Test
  void theCookieIsForTheServerOnly() {
    Response signedIn = signIn(email, inbox.requestCode(email));

    Cookie cookie = signedIn.detailedCookie("adraa_session");
    assertThat(cookie.isHttpOnly()).isTrue();
    assertThat(cookie.getSameSite()).isEqualTo("Lax");
    assertThat(cookie.getPath()).isEqualTo("/");
    assertThat(cookie.getMaxAge()).isEqualTo(Duration.ofDays(7).toSeconds());
    assertThat(cookie.isSecured()).as("over http").isFalse();
    assertThat(signedIn.header("Set-Cookie")).doesNotContain("Version");
    assertThat(signedIn.asString()).doesNotContain(cookie.getValue());
  }

  @Test
  void overHttpsNoOtherSiteCanSetTheCookie() {
    try (TestInbox https = TestInbox.builder().publicUrl("https://inbox.example").start()) {
      https.command("workspace", "create", "--name", "acme", "--admin", email);

      Response signedIn = signIn(https, email, https.requestCode(email));

      String cookie = signedIn.header("Set-Cookie");
      String session = signedIn.cookie("__Host-adraa_session");
      // The attributes that the prefix requires, and nothing that RFC 6265 does not know.
      assertThat(cookie)
          .isEqualTo(
              "__Host-adraa_session="
                  + session
                  + "; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure");
      assertThat(session).hasSize(43);
      // A browser's cookie of the plain name may be another site's, a program's is its own.
      for (String site : List.of("same-origin", "same-site", "none")) {
        assertThat(status(https, "adraa_session", session, site)).isEqualTo(401);
        assertThat(status(https, "__Host-adraa_session", session, site)).isEqualTo(200);
      }
      assertThat(status(https, "adraa_session", session, "")).isEqualTo(200);
      assertThat(status(https, "__Host-adraa_session", session, "")).isEqualTo(200);

      Response signedOut =
          https.request().cookie("__Host-adraa_session", session).delete("/api/v1/session");
      assertThat(signedOut.header("Set-Cookie"))
          .isEqualTo("__Host-adraa_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure");
      assertThat(status(https, "__Host-adraa_session", session, "")).isEqualTo(401);
    }
  }

  private static int status(TestInbox server, String cookie, String session, String site) {
    RequestSpecification request = server.request().header("Cookie", cookie + "=" + session);
    if (!site.isEmpty()) {
      request.header("Sec-Fetch-Site", site);
    }
    return request.get("/api/v1/session").statusCode();
  }

  /** A browser can have several, by path or by a site that planted one. */
  @Test
  void signingOutEndsEverySessionThatTheBrowserSends() {
    String one = signIn(email, inbox.requestCode(email)).cookie("adraa_session");
    String other = signIn(email, inbox.requestCode(email)).cookie("adraa_session");
    String unsent = signIn(email, inbox.requestCode(email)).cookie("adraa_session");

    inbox
        .request()
        .header("Cookie", "adraa_session=" + one + "; adraa_session=" + other)
        .delete("/api/v1/session")
        .then()
        .statusCode(204);

    assertThat(status(inbox, "adraa_session", one, "")).isEqualTo(401);
    assertThat(status(inbox, "adraa_session", other, "")).isEqualTo(401);
    assertThat(status(inbox, "adraa_session", unsent, "")).isEqualTo(200);
  }

  @Test
  void aStopSendsTheCodesThatAreQueued() throws Exception {
    int codes = 4; // Two are being sent, the others wait.
    try (Mailbox mailbox = Mailbox.start();
        Cable cable = new Cable(mailbox.port());
        TestInbox stopped = TestInbox.builder().mailPort(cable.port()).start()) {
      stopped.command("workspace", "create", "--name", "acme", "--admin", "ada@queued.example");
      cable.cut();
      for (int i = 0; i < codes; i++) {
        request(stopped, "ada@queued.example").then().statusCode(202);
      }

      Thread stop = new Thread(stopped::stopServer);
      stop.start();
      await()
          .atMost(60, TimeUnit.SECONDS)
          .until(
              () ->
                  !stop.isAlive()
                      || Thread.getAllStackTraces().values().stream()
                          .anyMatch(SignInTest::waitsForMail));
      cable.mend();
      stop.join();

      assertThat(mailbox.mailsTo("queued.example")).hasSize(codes);
    }
  }

  private static boolean waitsForMail(StackTraceElement[] stack) {
    return Stream.of(stack)
        .anyMatch(
            frame ->
                frame.getClassName().equals(SignInService.class.getName())
                    && frame.getMethodName().equals("close"));
  }

  private static Response request(String email) {
    return request(inbox, email);
  }

  private static Response request(TestInbox server, String email) {
    return TestInbox.requestCode(server.request(), email);
  }

  private static Response signIn(String email, String code) {
    return signIn(inbox, email, code);
  }

  private static Response signIn(TestInbox server, String email, String code) {
    return TestInbox.enterCode(server.request(), email, code);
  }

  private static void refused(Response response) {
    response.then().statusCode(401).body("error.code", equalTo("INVALID_SIGN_IN_CODE"));
    assertThat(response.cookie("adraa_session")).isNull();
  }

  private static void tooMany(Response response) {
    response.then().statusCode(429).body("error.code", equalTo("RATE_LIMIT_EXCEEDED"));
    assertThat(Integer.parseInt(response.header("Retry-After"))).isBetween(1, 3600);
  }

  private static Map<String, String> headers(Response response) {
    Map<String, String> headers = new TreeMap<>();
    response.headers().forEach(header -> headers.put(header.getName(), header.getValue()));
    headers.keySet().removeAll(List.of("X-Request-Id", "Date"));
    return headers;
  }

  private static int status(TestInbox.SignedIn session) {
    return inbox.request(session).get("/api/v1/session").statusCode();
  }

  private static String wrong(String code) {
    return String.format(Locale.ROOT, "%06d", (Integer.parseInt(code) + 1) % 1_000_000);
  }

  private static String domain(String email) {
    return email.substring(email.indexOf('@') + 1);
  }
}
