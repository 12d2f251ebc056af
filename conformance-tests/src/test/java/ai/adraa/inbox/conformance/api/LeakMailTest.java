package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Command;
import ai.adraa.inbox.conformance.support.Mailbox;
import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.conformance.support.ScriptedSmtp;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mail about a leaked token arrives, whatever happens after the report. */
class LeakMailTest {
  private static final String URL = "https://git.example/acme/shop/.env";

  @TempDir private Path directory;

  @Test
  void aMailServerThatIsDownAtFirstGetsTheMailLater() {
    try (ScriptedSmtp smtp = new ScriptedSmtp();
        TestInbox inbox = TestInbox.builder().mailPort(smtp.port()).start()) {
      inbox.command("workspace", "create", "--name", "acme", "--admin", "ada@acme.example");
      String secret = inbox.command("token", "create", "--workspace", "acme", "--name", "CRM");
      smtp.reply("CONNECT", ScriptedSmtp.DISCONNECT);

      report(inbox.url().toString(), secret);

      assertThat(inbox.verify(secret).statusCode()).isEqualTo(401);
      await().until(() -> !smtp.mails().isEmpty());
      assertThat(smtp.mails())
          .singleElement()
          .asString()
          .contains("ada@acme.example", secret.substring(0, 14))
          .doesNotContain(secret.substring(14));
    }
  }

  /** Neither the log, at its most detailed level, nor the files of the database have the secret. */
  @Test
  void aKilledServerSendsTheMailAfterItsNextStart() throws Exception {
    boolean postgres = Boolean.getBoolean("postgres");
    String database =
        postgres
            ? Postgres.shared().url(Postgres.shared().newDatabase())
            : directory.resolve("inbox.db").toString();
    String secret;
    try (TestInbox inbox = TestInbox.builder().database(database).start()) {
      secret = inbox.createToken(inbox.workspace("acme"), "CRM").secret();
    }
    String log;
    try (ScriptedSmtp down = new ScriptedSmtp()) {
      for (int i = 0; i < 100; i++) {
        down.reply("CONNECT", ScriptedSmtp.DISCONNECT);
      }
      try (ServerProcess server = serve(database, down.port())) {
        report(server.url().toString(), secret);
        server.assertLogs("trying again for 7 days");
        server.kill();
        log = server.log();
      }
    }
    try (Mailbox mail = Mailbox.start();
        ServerProcess server = serve(database, mail.port())) {
      await().until(() -> mail.mailsTo("acme.example").length > 0);
      server.terminate();

      assertThat(mails(mail)).singleElement().asString().contains(secret.substring(0, 14), URL);
      assertThat(mails(mail).toString() + log + server.log()).doesNotContain(secret.substring(14));
    }
    if (!postgres) {
      assertThat(files()).contains(secret.substring(0, 14)).doesNotContain(secret.substring(14));
    }
  }

  @Test
  @Tag("sqlite")
  void aRestoreKeepsTheMail() throws Exception {
    String database = directory.resolve("inbox.db").toString();
    String backup = directory.resolve("backup.db").toString();
    String secret;
    try (ScriptedSmtp down = new ScriptedSmtp();
        TestInbox inbox = TestInbox.builder().database(database).mailPort(down.port()).start()) {
      inbox.command("workspace", "create", "--name", "acme", "--admin", "ada@acme.example");
      secret = inbox.command("token", "create", "--workspace", "acme", "--name", "CRM");
      inbox.command("backup", backup);
      for (int i = 0; i < 100; i++) {
        down.reply("CONNECT", ScriptedSmtp.DISCONNECT);
      }
      report(inbox.url().toString(), secret);
    }

    Command.run("restore", backup, "--database", database).succeeded();

    try (TestInbox again = TestInbox.builder().database(database).start()) {
      assertThat(again.verify(secret).statusCode()).isEqualTo(401);
      await().until(() -> again.mail().mailsTo("acme.example").length > 0);
      again.stopServer();
      assertThat(mails(again.mail())).singleElement().asString().contains("leaked", URL);
    }
  }

  @Test
  void theServerSendsTheMailsOfTheCommand() throws Exception {
    try (TestInbox inbox = TestInbox.start()) {
      TestInbox.SignedIn ada = inbox.workspace("acme");
      TestInbox.NewToken token = inbox.createToken(ada, "CRM");
      TestInbox.NewToken revoked = inbox.createToken(ada, "Revoked");
      inbox.revoke(ada, revoked.id());
      String database = location(inbox);

      Tool.Finished done =
          reportLeaked(
              database, "\n  " + token.secret() + "  \r\n\n" + revoked.secret() + "\nnothing\n\n");

      assertThat(done.exitCode()).as(done.err()).isZero();
      assertThat(done.out()).isEmpty();
      assertThat(done.err())
          .contains(
              "Revoked the token %s \"CRM\" (%s…) of acme"
                  .formatted(token.id(), token.secret().substring(0, 14)),
              "Tokens revoked: 1; revoked before: 1; lines that are not the secret of a token: 1",
              "Emails to admins: 1.")
          .doesNotContain(token.secret().substring(14), revoked.secret().substring(14), "nothing");
      assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(401);
      assertThat(inbox.command("audit", "list", "--action", "token-revoked"))
          .contains("command line", "reported as leaked, found at " + URL);
      await()
          .untilAsserted(
              () ->
                  assertThat(mails(inbox.mail()))
                      .filteredOn(mail -> mail.contains("leaked"))
                      .singleElement()
                      .asString()
                      .contains(inbox.url() + "/app"));

      Tool.Finished again = reportLeaked(database, token.secret());
      assertThat(again.exitCode()).isZero();
      assertThat(again.err())
          .isEqualToIgnoringNewLines(
              "Tokens revoked: 0; revoked before: 1; lines that are not the secret of a token: 0");
    }
  }

  @Test
  void theCommandTakesAThousandSecretsAtOnce() throws Exception {
    try (TestInbox inbox = TestInbox.start()) {
      TestInbox.NewToken token = inbox.createToken(inbox.workspace("acme"), "CRM");

      for (String input :
          List.of((token.secret() + "\n").repeat(1001), token.secret() + "x".repeat(300_000))) {
        Tool.Finished done = reportLeaked(location(inbox), input);

        assertThat(done.exitCode()).isEqualTo(1);
        assertThat(done.err()).contains("Too much input, so no token was revoked");
        assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(200);
      }
      Tool.Finished done = reportLeaked(location(inbox), (token.secret() + "\n").repeat(1000));
      assertThat(done.err()).contains("Tokens revoked: 1;");
      assertThat(reportLeaked(location(inbox), "").err()).contains("Tokens revoked: 0;");
    }
  }

  private static String location(TestInbox inbox) throws Exception {
    if (!Boolean.getBoolean("postgres")) {
      return inbox.database().toString();
    }
    try (Connection connection = inbox.connect()) {
      return connection.getMetaData().getURL();
    }
  }

  private Tool.Finished reportLeaked(String database, String input) throws Exception {
    Path stdin = Files.writeString(directory.resolve("stdin"), input);
    return Tool.run(
        ServerProcess.builder(
                Map.of(), List.of("token", "report-leaked", "--url", URL, "--database", database))
            .redirectInput(stdin.toFile()),
        5);
  }

  private ServerProcess serve(String database, int mailPort) throws IOException {
    return ServerProcess.serve(
        directory,
        database,
        Map.of("ADRAA_LOG_LEVEL", "TRACE"),
        "--smtp",
        "smtp://127.0.0.1:" + mailPort,
        "--mail-from",
        "inbox@adraa.example");
  }

  private static void report(String server, String secret) {
    RestAssured.given()
        .contentType(ContentType.JSON)
        .body(Map.of("tokens", List.of(Map.of("secret", secret, "url", URL))))
        .post(server + "/api/v1/leaked-tokens")
        .then()
        .statusCode(202);
  }

  private static List<String> mails(Mailbox mailbox) throws Exception {
    List<String> texts = new ArrayList<>();
    for (MimeMessage mail : Arrays.asList(mailbox.mailsTo("acme.example"))) {
      texts.add(mail.getSubject() + "\n" + mail.getContent());
    }
    return texts;
  }

  /** Returns all files of the database, with the log of its last writes. */
  private String files() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file :
          files.filter(path -> path.getFileName().toString().startsWith("inbox.db")).toList()) {
        bytes.write(Files.readAllBytes(file));
      }
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }
}
