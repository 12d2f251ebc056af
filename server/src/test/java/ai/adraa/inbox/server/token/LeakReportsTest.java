package ai.adraa.inbox.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.adraa.inbox.server.Acme;
import ai.adraa.inbox.server.account.Membership;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.secret.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a report of leaked secrets revokes, records and tells. */
class LeakReportsTest {
  private static final AuditEvent.Source SOURCE =
      AuditEvent.Source.api(Optional.of("192.0.2.10"), Optional.of("c0"));

  private record Mail(String email, String subject, String text) {}

  private final AtomicInteger woken = new AtomicInteger();
  @AutoClose private final Acme acme = new Acme();
  private final LeakReports reports = new LeakReports(acme.database, woken::incrementAndGet, acme);

  @Test
  void aLeakedTokenIsRevokedAndItsAdminsAreTold() {
    acme.member("bob@acme.example", Membership.Role.ADMIN);
    acme.member("carol@acme.example", Membership.Role.AGENT);
    Token.Created token = acme.token("CRM integration");

    LeakReports.Result result = report(leak(token, "https://git.example/.env"));

    assertThat(result.revoked()).extracting(LeakReports.Revoked::id).containsExactly(id(token));
    assertThat(result.known()).containsExactly(LeakReports.hash(token.secret()));
    assertThat(result.mails()).isEqualTo(2);
    assertThat(woken).hasValue(1);
    assertThat(acme.tokens.verify(token.secret(), null)).isEmpty();
    Token.Revocation revocation =
        acme.tokens.find(acme.id, id(token)).orElseThrow().revocation().orElseThrow();
    assertThat(revocation.reason()).isEqualTo(Token.Reason.LEAKED);
    assertThat(revocation.by()).isEmpty();
    AuditStore.Entry event = acme.events("token-revoked").get(0);
    assertThat(event.tokenId()).contains(id(token));
    assertThat(event.channel()).isEqualTo("api");
    assertThat(event.by()).isEmpty();
    assertThat(event.address()).contains("192.0.2.10");
    assertThat(event.detail()).contains("reported as leaked, found at https://git.example/.env");
    assertThat(mails())
        .extracting(Mail::email)
        .containsExactly("ada@acme.example", "bob@acme.example");
    assertThat(mails().get(0).subject()).isEqualTo("A leaked API token of acme was revoked");
    assertThat(mails().get(0).text())
        .contains(
            "Somebody reported",
            "\"CRM integration\", " + token.token().prefix() + "…, id " + id(token),
            "2026-06-14T08:00:00Z",
            "Found at: https://git.example/.env",
            "We have not checked")
        .doesNotContain(token.secret().reveal());
  }

  @Test
  void allTokensOfAWorkspaceAreInOneMail() {
    String globex = acme.workspaces.create("globex", "eve@globex.example", Acme.OPERATOR);
    Token.Created one = acme.token("one");
    Token.Created two = acme.token("two");
    Token.Created other = acme.token(globex, "other");
    Token.Created untouched = acme.token("untouched");

    assertThat(report(leak(one, ""), leak(other, null), leak(two, null)).mails()).isEqualTo(2);

    assertThat(mails())
        .extracting(mail -> mail.email() + ": " + mail.subject())
        .containsExactly(
            "ada@acme.example: 2 leaked API tokens of acme were revoked",
            "eve@globex.example: A leaked API token of globex was revoked");
    assertThat(mails().get(0).text())
        .contains(id(one), id(two))
        .doesNotContain(id(other), "Found at", "We have not checked");
    assertThat(acme.tokens.verify(untouched.secret(), null)).isPresent();
  }

  /** A failed write leaves nothing behind, here because the second workspace has a broken admin. */
  @Test
  void aReportIsDoneWhollyOrNotAtAll() {
    Token.Created token = acme.token("CRM integration");
    acme.database.write(
        handle ->
            handle.execute(
                "CREATE TRIGGER full BEFORE INSERT ON outgoing_mail"
                    + " BEGIN SELECT RAISE(ABORT, 'full'); END"));

    assertThat(catchThrowable(() -> report(leak(token, null)))).isNotNull();

    assertThat(acme.tokens.verify(token.secret(), null)).isPresent();
    assertThat(acme.events("token-revoked")).isEmpty();
    assertThat(woken).hasValue(0);
  }

  @Test
  void anExpiredTokenIsRevokedToo() {
    Token.Created token =
        acme.tokens.create(
            acme.id,
            new Token.Properties(
                "short", Optional.empty(), Optional.of(acme.instant().plusSeconds(1))),
            acme.caller(acme.ada));
    acme.advance(Duration.ofSeconds(2));

    assertThat(report(leak(token, null)).revoked()).hasSize(1);
  }

  @Test
  void aRevokedTokenIsKnownAndNothingElseHappens() {
    Token.Created token = acme.token("CRM integration");
    acme.tokens.revoke(acme.id, id(token), acme.caller(acme.ada));
    Instant before =
        acme.tokens.find(acme.id, id(token)).orElseThrow().revocation().orElseThrow().at();
    acme.advance(Duration.ofSeconds(2));

    LeakReports.Result result = onlyRead(leak(token, "https://git.example/.env"));

    assertThat(result.known()).hasSize(1);
    assertThat(result.revoked()).isEmpty();
    assertThat(result.mails()).isZero();
    Token.Revocation after =
        acme.tokens.find(acme.id, id(token)).orElseThrow().revocation().orElseThrow();
    assertThat(after.at()).isEqualTo(before);
    assertThat(after.reason()).isEqualTo(Token.Reason.ADMIN);
    assertThat(mails()).isEmpty();
    assertThat(woken).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "adraa_", "no token", "adraa_1a2b3c4d", "\u0000", "\ud83d\ude00"})
  void whatIsNoSecretIsIgnored(String text) {
    LeakReports.Result result =
        onlyRead(
            new LeakReports.Leak(new Secret(text), Optional.empty()),
            new LeakReports.Leak(Secret.newToken(), Optional.of("https://git.example")));

    assertThat(result).isEqualTo(new LeakReports.Result(Set.of(), List.of(), 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://git.example/a?b=c         | https://git.example/a?b=c",
        "'  https://git.example/a '        | https://git.example/a",
        "a\\nFrom: x                       | a\\\\u000aFrom: x",
        "a\\r\\n.\\r\\nb                   | a\\\\u000d\\\\u000a.\\\\u000d\\\\u000ab",
        "a\u001b[2Jb                       | a\\\\u001b[2Jb",
        "a\u202eb                          | a\\\\u202eb",
        "x?t=%s&y                          | x?t=%P…&y",
        "%s                                | %P…",
        "%s%s                              | %P…%P…",
        "%O%O                              | %Q…%Q…"
      })
  void aPlaceShowsNeitherASecretNorHiddenCharacters(String place, String shown) {
    Token.Created token = acme.token("CRM integration");
    Secret other = Secret.newToken();
    String sent =
        place
            .translateEscapes()
            .replace("%s", token.secret().reveal())
            .replace("%O", other.reveal());
    String expected =
        shown
            .translateEscapes()
            .replace("%P", token.token().prefix())
            .replace("%Q", other.prefix());

    assertThat(report(leak(token, sent)).revoked().get(0).places()).containsExactly(expected);

    String detail = acme.events("token-revoked").get(0).detail().orElseThrow();
    assertThat(detail).endsWith("found at " + expected);
    assertThat(mails().get(0).text()).contains("Found at: " + expected + "\n");
  }

  @Test
  void aSecretInAnotherFormIsCutToo() {
    Token.Created token = acme.token("CRM integration");
    String secret = token.secret().reveal();
    String place =
        secret.toUpperCase(Locale.ROOT)
            + " "
            + secret.replace("_", "%5F")
            + " "
            + Secret.newBearerSession().reveal();

    String shown = report(leak(token, place)).revoked().get(0).places().get(0);

    assertThat(shown.toLowerCase(Locale.ROOT)).doesNotContain(secret.substring(14));
    assertThat(shown).hasSizeLessThan(90);
  }

  /** A cut must not end in the middle of a character, or of a secret. */
  @Test
  void aLongPlaceIsCut() {
    Token.Created token = acme.token("CRM integration");
    String place = "\ud83d\ude00".repeat(1980) + token.secret().reveal() + "x".repeat(3000);

    String shown = report(leak(token, place)).revoked().get(0).places().get(0);

    assertThat(shown.codePoints()).hasSize(2001);
    assertThat(shown).endsWith("…").doesNotContain(token.secret().reveal().substring(0, 20));
  }

  @Test
  void aSecretThatIsReportedOftenIsToldOnce() {
    Token.Created token = acme.token("CRM integration");

    LeakReports.Result result =
        report(
            IntStream.range(0, 1000)
                .mapToObj(i -> leak(token, "https://git.example/" + i % 7))
                .toArray(LeakReports.Leak[]::new));

    assertThat(result.revoked()).hasSize(1);
    assertThat(result.revoked().get(0).places())
        .containsExactlyElementsOf(
            Stream.iterate(0, i -> i + 1).limit(5).map(i -> "https://git.example/" + i).toList());
    assertThat(acme.events("token-revoked")).hasSize(1);
    assertThat(mails()).hasSize(1);
  }

  @Test
  void theReporterIsNamed() {
    Token.Created token = acme.token("CRM integration");

    reports.report(List.of(leak(token, "https://x.example")), Optional.of("GitHub"), SOURCE);

    assertThat(acme.events("token-revoked").get(0).detail())
        .contains("reported as leaked by GitHub, found at https://x.example");
    assertThat(mails().get(0).text()).startsWith("GitHub reported that");
  }

  private LeakReports.Result report(LeakReports.Leak... leaks) {
    return reports.report(List.of(leaks), Optional.empty(), SOURCE);
  }

  /** Reports while another transaction holds the lock for writing, so that a write would fail. */
  private LeakReports.Result onlyRead(LeakReports.Leak... leaks) {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + acme.file());
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      LeakReports.Result result = report(leaks);
      statement.execute("ROLLBACK");
      return result;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static LeakReports.Leak leak(Token.Created token, @Nullable String place) {
    return new LeakReports.Leak(token.secret(), Optional.ofNullable(place));
  }

  private static String id(Token.Created token) {
    return token.token().id();
  }

  /** Returns the stored mails, sorted by address. */
  private List<Mail> mails() {
    return acme.database.read(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT a.email, o.subject, o.text FROM outgoing_mail o
                    JOIN agent a ON a.id = o.agent_id ORDER BY a.email
                    """)
                .map(
                    (row, context) ->
                        new Mail(
                            row.getString("email"),
                            row.getString("subject"),
                            row.getString("text")))
                .list());
  }
}
