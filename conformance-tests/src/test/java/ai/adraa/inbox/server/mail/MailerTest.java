package ai.adraa.inbox.server.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.adraa.inbox.conformance.support.ScriptedSmtp;
import ai.adraa.inbox.server.error.OperatorException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the mailer signs in to a mail server, and what it makes of a refusal. */
@Tag("once")
class MailerTest {
  private static final String LOGIN = "inbox:example-password@";

  @AutoClose private final ScriptedSmtp smtp = new ScriptedSmtp();
  private final List<Mailer.Outcome> outcomes = new ArrayList<>();

  @Test
  void aPasswordIsSentOnlyIfThereIsOne() throws Exception {
    smtp.offer("AUTH PLAIN").reply("AUTH", "235 2.7.0 Welcome");

    send("");
    assertThat(smtp.commands("AUTH")).isEmpty();
    send(LOGIN);
    assertThat(smtp.commands("AUTH")).hasSize(1);
    assertThat(smtp.mails()).hasSize(2);
    assertThat(outcomes).containsExactly(Mailer.Outcome.SENT, Mailer.Outcome.SENT);
  }

  /** This address is the same machine, but its form does not say so. */
  @Test
  void anotherMachineGetsNoPasswordWithoutTls() {
    smtp.offer("AUTH PLAIN");

    MailFailedException failure = failure("smtp://" + LOGIN + "127.1:" + smtp.port());

    assertThat(failure).hasMessageContaining("STARTTLS is required");
    assertThat(smtp.commands("AUTH")).isEmpty();
    assertThat(smtp.mails()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PLAIN  | 535 5.7.8 Wrong password | true",
        "PLAIN  | '535-5.7.8 Wrong password\r\n535 5.7.8 Ask the operator' | true",
        "PLAIN  | 454 4.7.0 Not now | false",
        // Without a reply: the server and the mail library know no common mechanism.
        "GSSAPI | | true",
      })
  void aRefusedPasswordIsTriedAgainIfTheServerSaysSo(
      String mechanism, String reply, boolean permanent) {
    smtp.offer("AUTH " + mechanism);
    if (reply != null) {
      smtp.reply("AUTH", reply);
    }

    MailFailedException failure = failure("smtp://" + LOGIN + "127.0.0.1:" + smtp.port());

    assertThat(failure.isPermanent()).as(failure.getMessage()).isEqualTo(permanent);
    assertThat(failure).hasMessageNotContaining("example-password");
    assertThat(outcomes).as("the caller counts failures").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ada", "@acme.example", "j\u00f6rg@acme.example", "ada@stra\u00dfe.example"})
  void aSenderIsAnAddressThatAnyMailServerAccepts(String from) {
    assertThatExceptionOfType(OperatorException.class)
        .isThrownBy(
            () -> new Mailer(null, from, Optional.empty(), Clock.systemUTC(), outcomes::add))
        .withMessage("--mail-from " + from + " is not an email address");
  }

  private MailFailedException failure(String server) {
    return catchThrowableOfType(MailFailedException.class, () -> sendBy(server));
  }

  private void send(String login) throws MailFailedException {
    sendBy("smtp://" + login + "127.0.0.1:" + smtp.port());
  }

  private void sendBy(String server) throws MailFailedException {
    new Mailer(server, "inbox@acme.example", Optional.empty(), Clock.systemUTC(), outcomes::add)
        .send("ada@acme.example", "subject", "text");
  }
}
