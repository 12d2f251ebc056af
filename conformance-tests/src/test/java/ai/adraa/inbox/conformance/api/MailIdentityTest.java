package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.ScriptedSmtp;
import ai.adraa.inbox.conformance.support.TestInbox;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the server says it is to a mail server, and which addresses it sends to. */
class MailIdentityTest {
  private static final Pattern CODE = Pattern.compile("(?m)^ +([0-9]{6})$");

  @AutoClose private final ScriptedSmtp smtp = new ScriptedSmtp();

  @ParameterizedTest
  @CsvSource({
    "https://inbox.example:8443, ,                     inbox.example,      no-reply@inbox.example",
    "https://inbox.example,      sender@acme.example,  inbox.example,      sender@acme.example",
    ",                           sender@acme.example,  acme.example,       sender@acme.example",
    ",                           sender@bücher.example, xn--bcher-kva.example, sender@xn--bcher-kva.example",
  })
  void theNameInMailIsThatOfThePublicUrlOrOfTheSender(
      String publicUrl, String mailFrom, String host, String sender) {
    TestInbox.Builder options =
        TestInbox.builder().mailPort(smtp.port()).mailFrom(Optional.ofNullable(mailFrom));
    if (publicUrl != null) {
      options.publicUrl(publicUrl);
    }
    try (TestInbox inbox = options.start()) {
      inbox.command("workspace", "create", "--name", "acme", "--admin", "ada@acme.example");
      String mail = mailTo(inbox, "ada@acme.example");

      assertThat(smtp.commands("EHLO")).containsExactly("EHLO " + host);
      assertThat(smtp.commands("MAIL")).singleElement().asString().contains("<" + sender + ">");
      assertThat(mail).containsPattern("(?m)^From: <?" + Pattern.quote(sender) + ">?$");
      assertThat(mail).containsPattern("(?m)^Message-ID: <[^@]+@" + Pattern.quote(host) + ">$");
      assertThat(mail).doesNotContain("localhost");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ada@bücher.example,       ada@xn--bcher-kva.example",
    "Ada@BÜCHER.example,       ada@xn--bcher-kva.example",
    "ada@xn--BCHER-kva.example,     ada@bücher.example",
    "ada@bücher.example,      ada@bücher.example",
    "ada@例え.テスト, ada@xn--r8jz45g.xn--zckzah",
  })
  void bothFormsOfADomainAreOneAddress(String added, String entered) {
    try (TestInbox inbox = TestInbox.builder().mailPort(smtp.port()).start()) {
      inbox.command("workspace", "create", "--name", "acme", "--admin", added);
      for (String email : List.of(entered, added)) {
        int before = smtp.mails().size();
        String mail = mailTo(inbox, email);
        assertThat(smtp.mails()).hasSize(before + 1);
        Matcher code = CODE.matcher(mail);
        assertThat(code.find()).isTrue();
        TestInbox.enterCode(inbox.request(), email, code.group(1)).then().statusCode(201);
        assertThat(mail).matches("\\A\\p{ASCII}*\\z");
      }
      for (String command : smtp.commands("RCPT")) {
        assertThat(command).matches("RCPT TO:<ada@[a-z0-9.-]+>");
      }
      assertThat(inbox.refused("agent", "add", "--workspace", "acme", "--email", entered))
          .contains("is already a member");
      inbox.command(
          "agent", "add", "--workspace", "acme", "--email", "bob@acme.example", "--role", "admin");
      inbox.command("agent", "role", "--workspace", "acme", "--email", entered, "--role", "agent");
      inbox.command("agent", "remove", "--workspace", "acme", "--email", added);
    }
  }

  @Test
  void anAccountThatAnEarlierVersionStoredWithADomainInUnicodeStillWorks() throws Exception {
    try (TestInbox inbox = TestInbox.builder().mailPort(smtp.port()).start()) {
      inbox.command("workspace", "create", "--name", "acme", "--admin", "ada@old.example");
      inbox.command(
          "agent", "add", "--workspace", "acme", "--email", "bob@x.example", "--role", "admin");
      try (Connection connection = inbox.connect();
          Statement database = connection.createStatement()) {
        database.executeUpdate(
            "UPDATE agent SET email = 'ada@bücher.example' WHERE email = 'ada@old.example'");
      }
      for (String email : List.of("Ada@Bücher.example", "ada@xn--bcher-kva.example")) {
        Matcher code = CODE.matcher(mailTo(inbox, email));
        assertThat(code.find()).isTrue();
        TestInbox.enterCode(inbox.request(), email, code.group(1)).then().statusCode(201);
        assertThat(inbox.refused("agent", "add", "--workspace", "acme", "--email", email))
            .contains("is already a member");
      }
      inbox.command(
          "agent", "remove", "--workspace", "acme", "--email", "ada@xn--bcher-kva.example");
    }
  }

  /** Only an SMTP server with SMTPUTF8 could receive it. */
  @ParameterizedTest
  @ValueSource(strings = {"jörg@acme.example", "用户@bücher.example", "ada@straße.example"})
  void anAddressThatIsNotAsciiBeforeTheAtIsRefused(String email) {
    try (TestInbox inbox = TestInbox.builder().mailPort(smtp.port()).start()) {
      String message =
          email + " cannot receive mail: it needs a valid domain, and only ASCII before the @";
      assertThat(inbox.refused("workspace", "create", "--name", "acme", "--admin", email))
          .isEqualTo(message);
      inbox.command("workspace", "create", "--name", "acme", "--admin", "ada@acme.example");
      assertThat(inbox.refused("agent", "add", "--workspace", "acme", "--email", email))
          .isEqualTo(message);
      TestInbox.requestCode(inbox.request(), email).then().statusCode(202);
    }
  }

  private String mailTo(TestInbox inbox, String email) {
    int before = smtp.mails().size();
    TestInbox.requestCode(inbox.request(), email).then().statusCode(202);
    await().until(() -> smtp.mails().size() > before);
    return smtp.mails().get(before);
  }
}
