package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;

import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names are text that people can read, whether they come by HTTP or from the command line. */
class NamesTest {
  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static final TestInbox.SignedIn admin = inbox.workspace("acme");

  /** As escapes: CsvSource and the report of a failure would not show them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\u0085b",
        "\u009b31m",
        "a\u007fb",
        "a\u001b[31mb",
        "a\nb",
        "a\tb",
        "a\u200bb",
        "a\u00adb",
        "\ufeffa",
        "a\u2060b",
        "a\u202eb",
        "a\u202ab",
        "a\u2066b\u2069",
        "a\u200fb",
        "a\u061cb",
        "a\u2028b",
        "a\u2029b",
        "a\udb40\udc41b",
      })
  void aCharacterThatHidesOrControlsIsRefused(String name) {
    refused(name, "must not contain control, format or line separator characters");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u00a0",
        "\u00a0\u202f",
        "\u3164",
        "\u115f\u1160",
        "\uffa0",
        "\u2800",
        "\u200d",
        "\u200c\u200d",
        "\u0301",
        "\ufe0f",
        "\udb40\udd00",
      })
  void aNameWithoutAVisibleCharacterIsRefused(String name) {
    refused(name, "must contain a visible character");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Gr\u00fc\u00dfe \u65e5\u672c",
        // A family, a heart with its presentation selector, a keycap.
        "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
        "\u2764\ufe0f",
        "1\ufe0f\u20e3",
        // Persian with a non-joiner, Sinhala with a joiner, Hebrew, Arabic.
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
        "\u05e9\u05dc\u05d5\u05dd",
        "a\u00a0b",
        "e\u0301",
        "-",
        "\ud55c\u3164",
      })
  void anyOtherTextIsAName(String name) {
    create(name).then().statusCode(201);
    inbox.command("token", "create", "--workspace", "acme", "--name", name);
    inbox.command(
        "agent", "add", "--workspace", "acme", "--email", email(name), "--nickname", name);
  }

  private static void refused(String name, String message) {
    create(name).then().statusCode(400).body("error.details.message", contains(message));
    wrong("--name " + message, "token", "create", "--workspace", "acme", "--name", name);
    wrong(
        "--nickname " + message,
        "agent",
        "add",
        "--workspace",
        "acme",
        "--email",
        email(name),
        "--nickname",
        name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a\u202eb@acme.example", "a\u200bb@acme.example", "a\u0085b@acme.example"})
  void anEmailHidesNothingEither(String email) {
    TestInbox.requestCode(inbox.request(), email).then().statusCode(400);
    for (String command :
        new String[] {
          "agent add --workspace acme --email ", "workspace create --name new --admin "
        }) {
      assertThat(inbox.run((command + email).split(" ")).exitCode()).isEqualTo(2);
    }
  }

  /** As an earlier version stored them. */
  @Test
  void theCommandLineEscapesWhatIsStored() throws Exception {
    TestInbox.SignedIn owner = inbox.workspace("old");
    String id = inbox.createToken(owner, "old").id();
    store("UPDATE api_token SET name = ? WHERE id = ?", "a\u001b[31m\nb\u202e", id);
    store("UPDATE agent SET nickname = ? WHERE id = ?", "c\u009b\rd\ud83d\ude00", owner.agentId());

    assertThat(inbox.command("token", "list", "--workspace", "old").lines())
        .hasSize(2)
        .last()
        .asString()
        .contains("  c\\u009b\\u000dd\ud83d\ude00  ")
        .endsWith("  a\\u001b[31m\\u000ab\\u202e");
    assertThat(inbox.command("agent", "list", "--workspace", "old").lines()).hasSize(2);
    Tool.Finished revoked = inbox.run("token", "revoke", id);
    assertThat(revoked.err()).contains("\"a\\u001b[31m\\u000ab\\u202e\"").hasLineCount(1);
  }

  private static void store(String update, String text, String id) throws Exception {
    try (Connection connection = inbox.connect();
        PreparedStatement statement = connection.prepareStatement(update)) {
      statement.setString(1, text);
      statement.setString(2, id);
      assertThat(statement.executeUpdate()).isEqualTo(1);
    }
  }

  private static String email(String name) {
    return "a" + Integer.toHexString(name.hashCode()) + "@acme.example";
  }

  private static void wrong(String message, String... arguments) {
    Tool.Finished done = inbox.run(arguments);
    assertThat(done.exitCode()).isEqualTo(2);
    assertThat(done.err()).startsWith(message);
  }

  private static Response create(String name) {
    return inbox
        .request(admin)
        .contentType(ContentType.JSON)
        .body(Map.of("name", name))
        .post("/api/v1/workspaces/{id}/tokens", admin.workspaceId());
  }
}
