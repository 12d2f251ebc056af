package ai.adraa.inbox.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Command;
import ai.adraa.inbox.conformance.support.Mailbox;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.Tool;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options that hold addresses, as people write them. */
@Tag("once")
class AddressOptionsTest {
  @TempDir private Path directory;

  @Test
  void addressesOfIpv6HaveBracketsOrNot() throws Exception {
    Path database = directory.resolve("inbox.db");
    String password = "a/b#c%d@e?f g:h+";
    Command.run(
            "workspace",
            "create",
            "--name",
            "acme",
            "--admin",
            "ada@acme.example",
            "--database",
            "" + database)
        .succeeded();
    try (Mailbox mail = Mailbox.start("::1", "inbox", password);
        ServerProcess server =
            ServerProcess.serve(
                database,
                Map.of(
                    "ADRAA_SMTP", "smtp://inbox:a%2Fb%23c%25d%40e%3Ff%20g:h+@[::1]:" + mail.port()),
                "--host",
                "[::1]",
                "--management-host",
                "[::1]",
                "--public-url",
                "http://inbox_app:8080",
                "--mail-from",
                "inbox@adraa.example",
                "--trusted-proxies",
                "10.0.0.7, fd00::/8 ,::1")) {
      mail.codeMailedBy(
          () ->
              RestAssured.given()
                  .contentType(ContentType.JSON)
                  .header("Origin", "http://inbox_app:8080")
                  .body(Map.of("email", "ada@acme.example"))
                  .post(server.url() + "/api/v1/sign-in-codes")
                  .then()
                  .statusCode(202));
      URI management = server.managementUrl();
      for (String host : List.of("[::1]", "::1")) {
        Command.run(
                "health", "--management-host", host, "--management-port", "" + management.getPort())
            .succeeded();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--public-url https://inbox.example:8443 | no-reply@inbox.example | inbox.example",
        "--public-url https://inbox.example --mail-from ada@acme.example | ada@acme.example | inbox.example",
        "--public-url https://192.0.2.1 --mail-from ada@acme.example | ada@acme.example | acme.example",
        "--mail-from ada@acme.example | ada@acme.example | acme.example",
      })
  void mailComesFromTheHostOfThePublicUrl(String options, String sender, String domain)
      throws Exception {
    Path database = directory.resolve("inbox.db");
    Command.run(
            "workspace",
            "create",
            "--name",
            "acme",
            "--admin",
            "ada@acme.example",
            "--database",
            "" + database)
        .succeeded();
    try (Mailbox mail = Mailbox.start();
        ServerProcess server =
            ServerProcess.serve(
                database,
                Map.of("ADRAA_SMTP", "smtp://127.0.0.1:" + mail.port()),
                options.split(" "))) {
      mail.codeMailedBy(
          () ->
              RestAssured.given()
                  .contentType(ContentType.JSON)
                  .body(Map.of("email", "ada@acme.example"))
                  .post(server.url() + "/api/v1/sign-in-codes")
                  .then()
                  .statusCode(202));
      MimeMessage message = mail.mailsTo("acme.example")[0];
      assertThat(message.getFrom()).containsExactly(new InternetAddress(sender));
      assertThat(message.getMessageID()).endsWith("@" + domain + ">");
      assertThat(message.getHeader("Received")[0]).contains("(HELO " + domain + ")");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " --public-url https://192.0.2.1", " --public-url http://[::1]:80"})
  void aMailServerNeedsASender(String options) {
    Tool.Finished refused =
        Command.run(
            ("serve --port 0 --management-port off --smtp smtp://mail.example" + options)
                .split(" "));

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .isEqualTo("--smtp needs a sender: set --mail-from, or --public-url with a host name\n");
  }

  @Test
  void theLogNamesTheAddressAndThePublicUrl() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            directory.resolve("inbox.db"),
            Map.of(),
            "--host",
            "0.0.0.0",
            "--management-host",
            "0.0.0.0",
            "--public-url",
            "https://inbox.example")) {
      assertThat(server.log())
          .contains(
              "listens on http://0.0.0.0:", "are at http://0.0.0.0:", "URL https://inbox.example")
          .doesNotContain("localhost");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--smtp smtp://mail_relay:2525",
        "--smtp smtp://mail_relay/",
        "--smtp smtps://inbox:example%40pw@mail.example",
        "--public-url https://inbox_app",
        "--public-url http://[::1]:8080/",
      })
  void anAddressIsAccepted(String options) {
    // A database that cannot be opened ends the server once its options are accepted.
    assertThat(serve(options).err()).startsWith("Cannot create the database ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--smtp smtp://u:example/pw@mail.example:25 | percent-encode",
        "--smtp smtp://u:example#pw@mail.example:25 | percent-encode",
        "--smtp smtp://u:example%pw@mail.example:25 | percent-encode",
        "--smtp smtp://u:example%zzpw@mail.example:25 | percent-encode",
        "--smtp smtp://u:example@pw@mail.example:25 | percent-encode",
        "--smtp smtp://u:example?pw@mail.example:25 | percent-encode",
        "--smtp smtp://u@example:pw@mail.example:25 | percent-encode",
        "--smtp smtp://mail.example:99999 | must be smtp://[user:password@]host:port",
        "--smtp smtp://:example:pw@mail.example | must be smtp://[user:password@]host:port",
        "--smtp smtp://u:example:pw@ | must be smtp://[user:password@]host:port",
        "--public-url https://u:example:pw@inbox.example | such as https://inbox.example",
        "--public-url https://inbox.example?a=example:pw | such as https://inbox.example",
        "--public-url https://inbox.example#a | such as https://inbox.example",
        "--public-url https:inbox.example | such as https://inbox.example",
        "--trusted-proxies 10.0.0.7,,x | is not an address or a network such as 10.0.0.0/8",
      })
  void oneLineTellsWhatToWrite(String options, String message) {
    Tool.Finished refused = serve(options);

    assertThat(refused.exitCode()).isIn(1, 2);
    assertThat(refused.err()).hasLineCount(1).contains(options.split(" ")[0], message);
    assertThat(refused.err()).doesNotContain("pw@", "example:", "example/", "example?pw", "zzpw");
  }

  @ParameterizedTest
  @CsvSource({"off, off", "0, '0, any free port'"})
  void healthTellsWhichPortItCannotCheck(String port, String reason) throws Exception {
    Tool.Finished option = Command.run("health", "--management-port", port);
    assertThat(option.exitCode()).isEqualTo(2);
    assertThat(option.err())
        .startsWith("--management-port is " + reason + ", so there is no port to check");

    Tool.Finished variable = ServerProcess.run(Map.of("ADRAA_MANAGEMENT_PORT", port), "health");
    assertThat(variable.exitCode()).isEqualTo(2);
    assertThat(variable.err()).startsWith("ADRAA_MANAGEMENT_PORT is " + reason).hasLineCount(1);
  }

  private Tool.Finished serve(String options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "serve",
                "--port",
                "0",
                "--management-port",
                "off",
                "--mail-from",
                "inbox@adraa.example",
                "--database",
                directory.resolve("missing/inbox.db").toString()));
    arguments.addAll(Arrays.asList(options.split(" ")));
    return Command.run(arguments.toArray(String[]::new));
  }
}
