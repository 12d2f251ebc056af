package ai.adraa.inbox.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.adraa.inbox.server.Acme;
import ai.adraa.inbox.server.mail.Mailer;
import ai.adraa.inbox.server.secret.Secret;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Sign-in codes that wait while the mail server keeps both senders waiting. */
@Timeout(60)
class CodeMailTest {
  private static final Secret CODE = new Secret("042117");
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(CodeMail.class);

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final BlockingQueue<Mailer.Outcome> outcomes = new LinkedBlockingQueue<>();
  private final Acme acme = new Acme();
  private final Instant validUntil = acme.instant().plus(Duration.ofMinutes(10));
  // Accepts connections and never replies. Closing it ends them, so that each attempt fails.
  @AutoClose private final ServerSocket silent;
  private final CodeMail mail;

  CodeMailTest() throws Exception {
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    mail =
        new CodeMail(
            acme.workspaces,
            new Mailer(
                "smtp://127.0.0.1:" + silent.getLocalPort(),
                "inbox@acme.example",
                Optional.empty(),
                acme,
                outcomes::add),
            "http://localhost/app",
            acme);
  }

  @BeforeEach
  void occupyBothSenders() throws Exception {
    log.start();
    LOGGER.addAppender(log);
    for (String name : List.of("bob", "eve")) {
      String email = name + "@acme.example";
      acme.member(email, Membership.Role.AGENT);
      mail.send(email, CODE, validUntil);
    }
  }

  @AfterEach
  void stop() throws Exception {
    silent.close();
    mail.close();
    LOGGER.detachAppender(log);
    acme.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PT10M    | FAILED   | ERROR Cannot send a sign-in code to agent %s before it expires",
        "PT11M    | FAILED   | ERROR Cannot send a sign-in code to agent %s before it expires",
        "PT9M55S  | FAILED   | ERROR Cannot send a sign-in code to agent %s: ",
        "PT9M54S  | DEFERRED | WARN Cannot send a sign-in code to agent %s yet, trying again for 1 minute: ",
        "PT8M59S  | DEFERRED | WARN Cannot send a sign-in code to agent %s yet, trying again for 2 minutes: ",
      })
  void aCodeThatWaitedIsSentOnlyWhileItIsValid(
      Duration waited, Mailer.Outcome outcome, String message) throws Exception {
    try (Socket one = silent.accept();
        Socket other = silent.accept()) {
      mail.send(Acme.ADA, CODE, validUntil);
      acme.advance(waited);
      silent.close();
    }

    // The first two were sent in time and are tried again.
    assertThat(List.of(outcomes.take(), outcomes.take(), outcomes.take()))
        .containsExactlyInAnyOrder(Mailer.Outcome.DEFERRED, Mailer.Outcome.DEFERRED, outcome);
    mail.close();
    assertThat(log.list)
        .extracting(event -> event.getLevel() + " " + event.getFormattedMessage())
        .filteredOn(line -> line.contains(acme.ada.id()))
        .singleElement()
        .asString()
        .startsWith(message.formatted(acme.ada.id()));
    assertThat(log.list).noneMatch(event -> event.getFormattedMessage().contains(CODE.reveal()));
  }

  @Test
  void aFullQueueTakesNoFurtherCode() {
    for (int i = 2; i < 1000; i++) {
      mail.send(i + "@acme.example", CODE, validUntil);
    }

    assertThatExceptionOfType(MailQueueFullException.class)
        .isThrownBy(() -> mail.send(Acme.ADA, CODE, validUntil));
  }
}
