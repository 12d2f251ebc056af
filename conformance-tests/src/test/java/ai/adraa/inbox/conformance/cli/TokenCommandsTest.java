package ai.adraa.inbox.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators create, find, show and replace tokens on the command line, as admins do by HTTP. */
@Tag("once")
class TokenCommandsTest {
  private static final Pattern CREATED = Pattern.compile("Created the token (c[a-z0-9]{24}) ");

  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static final TestInbox.SignedIn admin = inbox.workspace("acme");

  private static TestInbox.SignedIn lists;

  /** Tokens of each status, used and unused, whose names are not in the order of creation. */
  @BeforeAll
  static void createTokensToList() {
    lists = inbox.workspace("lists");
    inbox.createToken(lists, "zebra CRM");
    TestInbox.NewToken used = inbox.createToken(lists, "Crm of the shop");
    TestInbox.NewToken revoked = inbox.createToken(lists, "another");
    TestInbox.NewToken expired = inbox.createToken(lists, "Expired");
    assertThat(inbox.verify(used.secret()).statusCode()).isEqualTo(200);
    await().until(() -> get(lists, used.id()).path("token.lastUsedAt") != null);
    inbox.revoke(lists, revoked.id());
    expire(expired.id());
  }

  @Test
  void aTokenIsCreatedWithADescriptionAndAnExpiry() {
    String id =
        created("--name", "Campaign", "--description", "  For Bob  ", "--expires", "2036-06-12");

    Response token = get(id);
    assertThat(token.<String>path("token.description")).isEqualTo("For Bob");
    assertThat(token.<String>path("token.expiresAt")).isEqualTo("2036-06-12T00:00:00.000Z");
  }

  @ParameterizedTest
  @CsvSource({
    "2035-01-31T10:25:00Z, 2035-01-31T10:25:00.000Z",
    "2035-01-31T10:25:00.1239Z, 2035-01-31T10:25:00.123Z",
    "2035-01-31T23:30:00-02:00, 2035-02-01T01:30:00.000Z",
  })
  void anExpiryIsATimeAsInTheContract(String expires, String expected) {
    assertThat(
            get(created("--name", "Timed", "--expires", expires)).<String>path("token.expiresAt"))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 90, 3650})
  void anExpiryIsANumberOfDays(int days) {
    Instant before = Instant.now().minusMillis(1);

    String id = created("--name", "Days", "--expires", days + "d");

    assertThat(Instant.parse(get(id).path("token.expiresAt")))
        .isBetween(before.plus(Duration.ofDays(days)), Instant.now().plus(Duration.ofDays(days)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2020-01-01",
        "1d1",
        "0d",
        "-1d",
        "90",
        "90 d",
        "90D",
        "4000d",
        "99999d",
        "2236-06-12",
        "2036-06-31",
        "2036-06-12T10:25:00",
        "tomorrow",
        "",
        "+12036-06-12T00:00:00Z"
      })
  void aWrongExpiryIsWrongUse(String expires) {
    String old = created("--name", "Old");
    for (List<String> command :
        List.of(
            List.of("create", "--workspace", "acme", "--name", "Wrong", "--expires=" + expires),
            List.of("replace", "--expires=" + expires, old),
            List.of("replace", "--old-expires=" + expires, old))) {
      List<String> arguments = new ArrayList<>(List.of("token"));
      arguments.addAll(command);
      Tool.Finished wrong = inbox.run(arguments.toArray(String[]::new));

      assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
      assertThat(wrong.out()).isEmpty();
      assertThat(wrong.err().strip().lines()).hasSize(1);
      assertThat(wrong.err())
          .contains("expires")
          .containsPattern(
              "must be in the future, and at most 10 years from now|a number of days such as 90d");
    }
    assertThat(get(old).<Map<String, ?>>path("token"))
        .doesNotContainKeys("replacedBy", "expiresAt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u001bb", "a\nb", "\u202ex", "too long"})
  void aDescriptionIsValidatedAsInTheContract(String description) {
    Tool.Finished wrong =
        inbox.run(
            "token",
            "create",
            "--workspace",
            "acme",
            "--name",
            "Wrong",
            "--description",
            description.equals("too long") ? "y".repeat(501) : description);

    assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
    assertThat(wrong.err()).startsWith("--description must ");
  }

  @Test
  void aReplacementTakesNameAndDescriptionAndBothTokensWork() {
    TestInbox.NewToken old = create("--name", "CRM", "--description", "For Bob");

    Tool.Finished replaced = inbox.run("token", "replace", old.secret().substring(0, 14));

    TestInbox.NewToken replacement = newToken(replaced);
    assertThat(replaced.err())
        .isEqualTo(
            "Created the token %s \"CRM\" for acme, which replaces %s (works until you revoke it). Its secret is shown only once:\n"
                .formatted(replacement.id(), old.id()));
    assertThat(get(replacement.id()).<String>path("token.description")).isEqualTo("For Bob");
    assertThat(get(replacement.id()).<String>path("token.replaces")).isEqualTo(old.id());
    assertThat(get(old.id()).<String>path("token.replacedBy")).isEqualTo(replacement.id());
    assertThat(inbox.verify(old.secret()).statusCode()).isEqualTo(200);
    assertThat(inbox.verify(replacement.secret()).statusCode()).isEqualTo(200);
  }

  @Test
  void aReplacementHasOptionsOfItsOwn() {
    TestInbox.NewToken old = create("--name", "CRM", "--description", "For Bob");

    TestInbox.NewToken replacement =
        newToken(
            inbox.run(
                "token",
                "replace",
                "--workspace",
                "acme",
                old.secret(),
                "--name",
                "CRM 2",
                "--description",
                "",
                "--expires",
                "2035-01-01",
                "--old-expires",
                "2034-01-01"));

    assertThat(get(replacement.id()).<Map<String, Object>>path("token"))
        .containsEntry("name", "CRM 2")
        .containsEntry("expiresAt", "2035-01-01T00:00:00.000Z")
        .doesNotContainKey("description");
    assertThat(get(old.id()).<String>path("token.expiresAt")).isEqualTo("2034-01-01T00:00:00.000Z");
  }

  @Test
  void aTokenIsReplacedOnceUntilTheReplacementIsRevoked() {
    TestInbox.NewToken old = create("--name", "CRM");
    TestInbox.NewToken replacement = newToken(inbox.run("token", "replace", old.id()));

    assertThat(inbox.refused("token", "replace", old.id()))
        .isEqualTo(
            "The token %s already has the replacement %s; revoke that one first, or replace it"
                .formatted(old.id(), replacement.id()));

    inbox.command("token", "revoke", replacement.id());
    TestInbox.NewToken second = newToken(inbox.run("token", "replace", old.id()));
    assertThat(inbox.refused("token", "replace", old.id())).contains(second.id());
    // A revoked token can be replaced too.
    newToken(inbox.run("token", "replace", replacement.id()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"revoke", "replace", "show"})
  void aPrefixOfSeveralTokensAndAnUnknownTokenAreRefused(String command) throws SQLException {
    TestInbox.NewToken first = create("--name", "First");
    TestInbox.NewToken second = create("--name", "Second");
    String prefix = first.secret().substring(0, 14);
    try (Connection connection = inbox.connect();
        PreparedStatement update =
            connection.prepareStatement("UPDATE api_token SET prefix = ? WHERE id = ?")) {
      update.setString(1, prefix);
      update.setString(2, second.id());
      update.executeUpdate();
    }

    assertThat(inbox.refused("token", command, prefix))
        .startsWith("Several tokens have the prefix " + prefix + "; " + command + " by id: ")
        .contains(first.id() + " (acme, active)", second.id() + " (acme, active)");
    assertThat(inbox.refused("token", command, "nonsense"))
        .isEqualTo("The token nonsense does not exist");
    assertThat(get(first.id()).<String>path("token.status")).isEqualTo("active");
    assertThat(inbox.run("token", command, second.id()).exitCode()).isZero();
  }

  @Test
  void aTokenIsShownWithAllItsFields() {
    TestInbox.NewToken old = create("--name", "Old");
    TestInbox.NewToken token =
        newToken(
            inbox.run(
                "token",
                "replace",
                old.id(),
                "--name",
                "Grüße",
                "--description",
                "For Bob",
                "--expires",
                "2035-01-01"));
    for (int i = 0; i < 3; i++) {
      assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);
    }
    await().until(() -> get(token.id()).path("token.lastUsedAt") != null);
    TestInbox.NewToken next = newToken(inbox.run("token", "replace", token.id()));
    inbox.command("token", "revoke", token.id());
    Map<String, String> wire = get(token.id()).path("token");

    for (String reference : List.of(token.id(), token.secret(), token.secret().substring(0, 14))) {
      String shown = inbox.command("token", "show", "--workspace", "acme", reference);

      assertThat(shown)
          .isEqualTo(
              """
              id             %s
              workspace      acme
              name           Grüße
              description    For Bob
              prefix         %s
              status         revoked
              created        %s by admin
              expires        2035-01-01T00:00:00.000Z
              last used      %s from 127.0.0.1
              revoked        %s by admin (replaced)
              replaces       %s
              replaced by    %s
              requests       3 in the last 7 days, 3 in the last 30 days
              last addresses 127.0.0.1"""
                  .formatted(
                      token.id(),
                      token.secret().substring(0, 14),
                      wire.get("createdAt"),
                      wire.get("lastUsedAt"),
                      wire.get("revokedAt"),
                      old.id(),
                      next.id()));
    }
  }

  @Test
  void aTokenThatHasNothingIsShownToo() {
    TestInbox.NewToken token = create("--name", "New");

    assertThat(inbox.command("token", "show", token.id()).lines().map(String::strip))
        .contains(
            "description    -",
            "status         active",
            "expires        never",
            "last used      never",
            "revoked        -",
            "replaces       -",
            "replaced by    -",
            "requests       0 in the last 7 days, 0 in the last 30 days",
            "last addresses -");
  }

  /** The same fields, in the same form, as {@code getToken} and {@code listTokens} return. */
  @Test
  void jsonIsThatOfTheApi() throws Exception {
    TestInbox.SignedIn own = inbox.workspace("json");
    TestInbox.NewToken plain = inbox.createToken(own, "x\u200dy \"日本\" \\");
    TestInbox.NewToken full =
        newToken(
            inbox.run(
                "token", "replace", plain.id(), "--description", "For", "--expires", "2035-01-01"));
    assertThat(inbox.verify(full.secret()).statusCode()).isEqualTo(200);
    await().until(() -> get(own, full.id()).path("token.lastUsedAt") != null);
    inbox.command("token", "revoke", plain.id());
    ObjectMapper json = new ObjectMapper();

    for (TestInbox.NewToken token : List.of(plain, full)) {
      assertThat(json.readTree(inbox.command("token", "show", "--format", "json", token.id())))
          .isEqualTo(json.readTree(get(own, token.id()).asString()).get("token"));
    }
    List<String> lines =
        inbox.command("token", "list", "--workspace", "json", "--format", "json").lines().toList();
    assertThat(json.readTree("{\"tokens\":[" + String.join(",", lines) + "]}").get("tokens"))
        .isEqualTo(
            json.readTree(
                    inbox
                        .request(own)
                        .get("/api/v1/workspaces/{id}/tokens", own.workspaceId())
                        .asString())
                .get("tokens"));
  }

  /** Each selection that the contract has, as the API returns it. */
  @ParameterizedTest
  @CsvSource({
    "--query=crm, query, crm",
    "--query= CRM , query, crm",
    "--query=adraa_, query, adraa_",
    "--query=unheard-of, query, unheard-of",
    "--query=, query, ''",
    "--sort=name, sort, name",
    "--sort=-createdAt, sort, -createdAt",
    "--sort=-lastUsedAt, sort, -lastUsedAt",
    "--sort=lastUsedAt, sort, lastUsedAt",
    "--status=active, status, active",
    "--status=REVOKED, status, revoked",
    "--status=expired, status, expired",
    "--unused-since=2999-01-01, unusedSince, 2999-01-01T00:00:00Z",
    "--unused-since=2026-01-01, unusedSince, 2026-01-01T00:00:00Z",
  })
  void aListIsNarrowedAndSortedAsByTheApi(String option, String parameter, String value) {
    List<String> byCommand =
        inbox
            .command("token", "list", "--workspace", "lists", "--format", "json", option)
            .lines()
            .map(line -> JsonPath.from(line).getString("name"))
            .toList();

    assertThat(byCommand)
        .isEqualTo(
            inbox
                .request(lists)
                .queryParam(parameter, value)
                .get("/api/v1/workspaces/{id}/tokens", lists.workspaceId())
                .path("tokens.name"));
  }

  @Test
  void aTableShowsTheStatusAndTheExpiry() {
    inbox.workspace("table");
    String id =
        newToken(
                inbox.run(
                    "token",
                    "create",
                    "--workspace",
                    "table",
                    "--name",
                    "x\u200dy",
                    "--expires",
                    "2035-01-01"))
            .id();
    String expired =
        newToken(inbox.run("token", "create", "--workspace", "table", "--name", "Expired")).id();
    expire(expired);

    List<String> lines =
        inbox.command("token", "list", "--workspace", "table", "--sort", "name").lines().toList();

    assertThat(lines.get(0)).matches("ID +PREFIX +STATUS +CREATED +BY +LAST USED +EXPIRES +NAME");
    assertThat(lines.get(1))
        .matches(expired + " .* expired .* never +1970-01-01T00:00:00.001Z +Expired");
    assertThat(lines.get(2))
        .matches(id + " .* active .* never +2035-01-01T00:00:00.000Z +x\u200dy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--sort=createdAt", "--sort=", "--status=lost", "--unused-since=90d"})
  void aListThatDoesNotExistIsWrongUse(String option) {
    Tool.Finished wrong = inbox.run("token", "list", "--workspace", "acme", option);

    assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
    assertThat(wrong.err().strip().lines()).hasSize(1);
  }

  @Test
  void aSecretIsNoQuery() {
    TestInbox.NewToken token = create("--name", "CRM");
    for (String secret : List.of(token.secret(), token.secret().substring(0, 15))) {
      Tool.Finished wrong = inbox.run("token", "list", "--workspace", "acme", "--query", secret);

      assertThat(wrong.exitCode()).isEqualTo(2);
      assertThat(wrong.err())
          .startsWith("--query must not be a secret; use 'token show'")
          .doesNotContain(secret);
    }
    assertThat(
            inbox
                .command(
                    "token",
                    "list",
                    "--workspace",
                    "acme",
                    "--query",
                    token.secret().substring(0, 14))
                .lines())
        .hasSize(2);
  }

  /** What earlier versions or other programs stored does not drive the operator's terminal. */
  @Test
  void hiddenCharactersAreEscaped() throws SQLException {
    String id = created("--name", "Terminal");
    try (Connection connection = inbox.connect();
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE api_token SET name = ?, description = ?, last_used_at = 1,"
                    + " last_used_from = ? WHERE id = ?")) {
      update.setString(1, "a\u001b[31mb\ud83d\ude00\udb40\udc01");
      update.setString(2, "c\nd\u202e");
      update.setString(3, "e\u009bf");
      update.setString(4, id);
      update.executeUpdate();
    }

    assertThat(inbox.command("token", "show", id))
        .contains("a\\u001b[31mb\ud83d\ude00\\udb40\\udc01\n", "c\\u000ad\\u202e\n", "e\\u009bf\n");
    String json = inbox.command("token", "show", "--format", "json", id);
    assertThat(json).doesNotContain("\u202e", "\u009b", "\u001b", "\n");
    assertThat(JsonPath.from(json).getString("description")).isEqualTo("c\nd\u202e");
    assertThat(
            inbox
                .command("token", "list", "--workspace", "acme", "--format", "json")
                .lines()
                .filter(line -> line.contains(id))
                .collect(Collectors.joining()))
        .isEqualTo(json);
    assertThat(inbox.command("token", "list", "--workspace", "acme")).contains("a\\u001b[31mb");
  }

  private static void expire(String id) {
    try (Connection connection = inbox.connect();
        PreparedStatement update =
            connection.prepareStatement("UPDATE api_token SET expires_at = 1 WHERE id = ?")) {
      update.setString(1, id);
      update.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String created(String... options) {
    return create(options).id();
  }

  private static TestInbox.NewToken create(String... options) {
    List<String> arguments = new ArrayList<>(List.of("token", "create", "--workspace", "acme"));
    arguments.addAll(List.of(options));
    return newToken(inbox.run(arguments.toArray(String[]::new)));
  }

  private static TestInbox.NewToken newToken(Tool.Finished created) {
    assertThat(created.succeeded().out()).matches("adraa_[0-9a-f]{48}\\R");
    Matcher id = CREATED.matcher(created.err());
    assertThat(id.find()).as(created.err()).isTrue();
    return new TestInbox.NewToken(id.group(1), created.out().strip());
  }

  private static Response get(String id) {
    return get(admin, id);
  }

  private static Response get(TestInbox.SignedIn caller, String id) {
    return inbox
        .request(caller)
        .get("/api/v1/workspaces/{id}/tokens/{token}", caller.workspaceId(), id);
  }
}
