package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.ScriptedSmtp;
import ai.adraa.inbox.conformance.support.TestInbox;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Sign-in codes on their way to a mail server that does not take each at once. */
class SignInMailTest {
  private static final String ADA = "ada@acme.example";
  private static final Pattern CODE = Pattern.compile("(?m)^ +([0-9]{6})$");
  private static final Logger ROOT =
      (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

  @AutoClose private final ScriptedSmtp smtp = new ScriptedSmtp();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @AutoClose private final TestInbox inbox = TestInbox.builder().mailPort(smtp.port()).start();

  @BeforeEach
  void start() {
    inbox.command("workspace", "create", "--name", "acme", "--admin", ADA);
    log.start();
    ROOT.addAppender(log);
  }

  @AfterEach
  void stop() {
    ROOT.detachAppender(log);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RCPT    | 451 4.7.1 <ada@acme.example>: Greylisted, try again later",
        "CONNECT | 421 4.3.2 Not now",
        "MAIL    | 452 4.3.1 Out of memory",
        "DATA    | 450 4.2.0 Later",
        ".       | 451 4.7.1 Greylisted",
        "EHLO    | ''",
        ".       | ''",
      })
  void aCodeThatTheServerDefersIsSentAgain(String command, String reply) {
    smtp.reply(command, reply);
    askForCode(ADA);

    await().until(() -> !smtp.mails().isEmpty());
    String code = code(smtp.mails().get(0));
    TestInbox.enterCode(inbox.request(), ADA, code).then().statusCode(201);
    inbox.stopServer();
    assertThat(smtp.mails()).hasSize(1);
    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith("WARN Cannot send a sign-in code to agent c")
        .contains(" yet, trying again for 10 minutes: ")
        .doesNotContain(ADA);
    assertThat(everyLine()).noneMatch(line -> line.contains(code));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RCPT    | 550 5.1.1 <ada@acme.example>: User unknown",
        "CONNECT | 554 5.7.1 No",
        "MAIL    | 553 5.1.8 Sender refused",
        "DATA    | 554 5.5.1 No",
        ".       | 552 5.3.4 Too large",
      })
  void aCodeThatTheServerRefusesIsNotSentAgain(String command, String reply) {
    smtp.reply(command, reply);
    askForCode(ADA);

    await().until(() -> !warnings().isEmpty());
    // A stop would say that a code waits.
    inbox.stopServer();
    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith("ERROR Cannot send a sign-in code to agent c")
        .contains(reply.substring(0, 3))
        .doesNotContain(ADA);
    assertThat(smtp.mails()).isEmpty();
  }

  /** Earlier versions accepted such addresses; only a server with SMTPUTF8 could receive it. */
  @ParameterizedTest
  @ValueSource(strings = {"j\u00f6rg@acme.example", "\u7528\u6237@b\u00fccher.example"})
  void aCodeForAnAddressThatIsNotAsciiIsNotSentAgain(String email) throws Exception {
    try (Connection connection = inbox.connect();
        PreparedStatement rename =
            connection.prepareStatement("UPDATE agent SET email = ? WHERE email = ?")) {
      rename.setString(1, email);
      rename.setString(2, ADA);
      rename.executeUpdate();
    }
    askForCode(email);

    await().until(() -> !warnings().isEmpty());
    inbox.stopServer();
    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith("ERROR Cannot send a sign-in code to agent c")
        .endsWith(": The address has characters other than ASCII before the @");
    assertThat(smtp.commands("RCPT")).isEmpty();
  }

  @Test
  void aReplyThatQuotesTheMailDoesNotBringTheCodeIntoTheLog() {
    smtp.reply(".", "554 5.7.1 Spam: %s");
    askForCode(ADA);
    await().until(() -> !warnings().isEmpty());

    assertThat(warnings())
        .singleElement()
        .asString()
        .contains("Spam: ")
        .contains("******")
        .doesNotContainPattern("\\b[0-9]{6}\\b");
  }

  @Test
  void aNewCodeEndsTheAttemptsToSendTheOneBefore() {
    smtp.reply("RCPT", "451 4.7.1 Greylisted");
    askForCode(ADA);
    await().until(() -> !warnings().isEmpty());
    askForCode(ADA);
    await().until(() -> !smtp.mails().isEmpty());
    // A third agent's deferred code is sent after the time of the first one's second attempt.
    smtp.reply("RCPT", "451 4.7.1 Greylisted");
    inbox.command("agent", "add", "--workspace", "acme", "--email", "bob@acme.example");
    askForCode("bob@acme.example");
    await().until(() -> smtp.mails().stream().anyMatch(mail -> mail.contains("bob@")));

    assertThat(smtp.mails()).hasSize(2);
  }

  @Test
  void aStopDoesNotWaitForTheNextAttempt() {
    smtp.reply("RCPT", "451 4.7.1 Greylisted").reply("RCPT", "451 4.7.1 Greylisted");
    askForCode(ADA);
    // The third attempt would be after 10 more seconds.
    await().until(() -> smtp.commands("RCPT").size() == 2);
    inbox.stopServer();

    assertThat(warnings())
        .hasSize(2)
        .last()
        .asString()
        .isIn(
            "WARN Sign-in codes not sent: 1",
            "WARN A sign-in code was not sent, because the server is stopping");
    assertThat(everyLine()).noneMatch(line -> line.contains("Stop timed out"));
    assertThat(smtp.mails()).isEmpty();
  }

  private void askForCode(String email) {
    TestInbox.requestCode(inbox.request(), email).then().statusCode(202);
  }

  private static String code(String mail) {
    Matcher code = CODE.matcher(mail);
    assertThat(code.find()).as(mail).isTrue();
    return code.group(1);
  }

  private List<String> warnings() {
    return List.copyOf(log.list).stream()
        .filter(event -> event.getLoggerName().endsWith(".CodeMail"))
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .map(event -> event.getLevel() + " " + event.getFormattedMessage())
        .toList();
  }

  private List<String> everyLine() {
    return List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
