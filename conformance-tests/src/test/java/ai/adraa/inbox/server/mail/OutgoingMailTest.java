package ai.adraa.inbox.server.mail;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.Postgres;
import ai.adraa.inbox.conformance.support.ScriptedSmtp;
import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.account.Membership;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Mails that are stored with a change until the mail server takes them. */
class OutgoingMailTest {
  private static final AuditEvent.Source OPERATOR = AuditEvent.Source.commandLine();
  private static final String ADA = "ada@acme.example";
  private static final String BOB = "bob@acme.example";
  private static final String WELCOME = "235 2.7.0 Welcome";
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(OutgoingMailSender.class);

  @TempDir private Path directory;
  @AutoClose private final ScriptedSmtp smtp = new ScriptedSmtp();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final List<Mailer.Outcome> outcomes = new ArrayList<>();
  private final MovableClock clock = new MovableClock();
  private Database database;
  private WorkspaceStore workspaces;
  private String acme;

  @BeforeEach
  void open() {
    database =
        Databases.open(
            new DatabaseLocation(
                Boolean.getBoolean("postgres")
                    ? Postgres.shared().url(Postgres.shared().newDatabase())
                    : directory.resolve("inbox.db").toString()));
    workspaces = new WorkspaceStore(database, clock);
    acme = workspaces.create("acme", ADA, OPERATOR);
    log.start();
    LOGGER.addAppender(log);
  }

  @AfterEach
  void close() {
    LOGGER.detachAppender(log);
    database.close();
  }

  @Test
  void eachAdminGetsTheMailOnce() {
    workspaces.addAgent("acme", BOB, Optional.of("bob"), Membership.Role.ADMIN, OPERATOR);
    workspaces.addAgent(
        "acme", "carol@acme.example", Optional.empty(), Membership.Role.AGENT, OPERATOR);
    workspaces.create("globex", "eve@globex.example", OPERATOR);
    assertThat(add("Hello")).isEqualTo(2);
    OutgoingMailSender sender = sender();

    sender.sendDue();
    sender.sendDue();

    assertThat(smtp.commands("RCPT"))
        .containsExactlyInAnyOrder("RCPT TO:<" + ADA + ">", "RCPT TO:<" + BOB + ">");
    assertThat(smtp.mails())
        .anySatisfy(
            mail ->
                assertThat(mail)
                    .contains(
                        "Subject: Hello",
                        "Hello bob,",
                        "The text.",
                        "The console of Adraa Inbox: https://inbox.example/app"));
    assertThat(stored()).isZero();
    assertThat(outcomes).containsExactly(Mailer.Outcome.SENT, Mailer.Outcome.SENT);
  }

  /** The waits are doubled, up to an hour. */
  @Test
  void aMailThatIsDeferredIsTriedAgainForSevenDays() {
    add("Hello");
    OutgoingMailSender sender = sender();
    List<Duration> waits = new ArrayList<>();
    Duration waited = Duration.ZERO;
    while (stored() > 0) {
      smtp.reply("RCPT", "451 4.7.1 <" + ADA + ">: Greylisted");
      sender.sendDue();
      int attempts = outcomes.size();
      Duration wait = Duration.ZERO;
      while (stored() > 0 && wait.compareTo(Duration.ofHours(1)) < 0) {
        Duration step = waits.size() < 11 ? Duration.ofSeconds(5) : Duration.ofHours(1);
        clock.advance(step.minusMillis(1));
        sender.sendDue();
        assertThat(outcomes).as("attempts").hasSize(attempts);
        clock.advance(Duration.ofMillis(1));
        wait = wait.plus(step);
        if (isDue()) {
          break;
        }
      }
      waits.add(wait);
      waited = waited.plus(wait);
    }

    assertThat(waits)
        .startsWith(
            IntStream.range(0, 10)
                .mapToObj(i -> Duration.ofSeconds(5L << i))
                .map(wait -> wait.compareTo(Duration.ofHours(1)) < 0 ? wait : Duration.ofHours(1))
                .toArray(Duration[]::new));
    assertThat(waited).isBetween(Duration.ofDays(7), Duration.ofDays(7).plusHours(1));
    assertThat(outcomes.subList(0, outcomes.size() - 1)).containsOnly(Mailer.Outcome.DEFERRED);
    assertThat(outcomes).endsWith(Mailer.Outcome.FAILED);
    assertThat(smtp.mails()).isEmpty();
    assertThat(lines())
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .startsWith("WARN Cannot send the mail \"Hello\" to agent c")
                    .contains("trying again for 7 days: 451 4.7.1 <***>"),
            last ->
                assertThat(last)
                    .startsWith("ERROR Cannot send the mail \"Hello\" to agent c")
                    .contains(": 451 4.7.1 <***>"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RCPT    | 550 5.1.1 <ada@acme.example>: User unknown",
        "DATA    | 554 5.5.1 No",
        ".       | 552 5.3.4 Too large",
      })
  void aMailThatIsRefusedIsGivenUp(String command, String reply) {
    smtp.reply(command, reply);
    add("Hello");

    sender().sendDue();

    assertThat(stored()).isZero();
    assertThat(outcomes).containsExactly(Mailer.Outcome.FAILED);
    assertThat(lines())
        .singleElement()
        .asString()
        .startsWith("ERROR")
        .contains(reply.substring(0, 3))
        .doesNotContain(ADA);
  }

  /** What the operator can correct is no reason to lose a mail. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AUTH    | 535 5.7.8 Wrong password",
        "MAIL    | 553 5.1.8 Sender refused",
        "MAIL    | 530 5.7.0 Authentication required",
        "MAIL    | 554 5.7.1 Access denied",
        "CONNECT | 554 5.3.2 Not here",
        "CONNECT | 421 4.3.2 Not now",
        "CONNECT | ''",
      })
  void aMailIsKeptWhileTheServerItselfIsRefused(String command, String reply) {
    smtp.offer("AUTH PLAIN").reply(command, reply);
    if (command.equals("MAIL")) {
      smtp.reply("AUTH", WELCOME);
    }
    add("Hello");
    OutgoingMailSender sender = sender("inbox:example-password@");

    sender.sendDue();
    assertThat(stored()).isEqualTo(1);
    smtp.reply("AUTH", WELCOME);
    clock.advance(Duration.ofSeconds(5));
    sender.sendDue();

    assertThat(smtp.mails()).hasSize(1);
    assertThat(stored()).isZero();
  }

  @Test
  void whoIsNoLongerAnAdminGetsNoMail() {
    workspaces.addAgent("acme", BOB, Optional.empty(), Membership.Role.ADMIN, OPERATOR);
    workspaces.create("globex", BOB, OPERATOR);
    add("Hello");
    workspaces.changeRole("acme", BOB, Membership.Role.AGENT, OPERATOR);

    sender().sendDue();

    assertThat(smtp.commands("RCPT")).containsExactly("RCPT TO:<" + ADA + ">");
    assertThat(stored()).isZero();
  }

  @Test
  void severalNodesSendEachMailOnce() throws Exception {
    for (int i = 0; i < 30; i++) {
      add("Mail " + i + ".");
    }
    List<Thread> nodes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      OutgoingMailSender sender = sender();
      nodes.add(new Thread(sender::sendDue));
    }
    nodes.forEach(Thread::start);
    for (Thread node : nodes) {
      node.join();
    }

    assertThat(smtp.mails()).hasSize(30);
    for (int i = 0; i < 30; i++) {
      String subject = "Subject: Mail " + i + ".";
      assertThat(smtp.mails()).filteredOn(mail -> mail.contains(subject)).hasSize(1);
    }
  }

  /** As after a crash between taking a mail and sending it. */
  @Test
  void aMailThatWasTakenIsDueAgainAfterTheLease() {
    add("Hello");
    OutgoingMailStore store = new OutgoingMailStore(database);
    String id = store.due(clock.instant()).get(0);
    assertThat(store.claim(id, clock.instant(), clock.instant().plusSeconds(120))).isPresent();
    assertThat(store.claim(id, clock.instant(), clock.instant().plusSeconds(120))).isEmpty();
    OutgoingMailSender sender = sender();

    clock.advance(Duration.ofMillis(119_999));
    sender.sendDue();
    assertThat(smtp.mails()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    sender.sendDue();
    assertThat(smtp.mails()).hasSize(1);
  }

  private int add(String subject) {
    return database.write(
        handle ->
            OutgoingMailStore.addForAdmins(handle, acme, subject, "The text.\n", clock.instant()));
  }

  private OutgoingMailSender sender() {
    return sender("");
  }

  private OutgoingMailSender sender(String login) {
    return new OutgoingMailSender(
        new OutgoingMailStore(database),
        new Mailer(
            "smtp://" + login + "127.0.0.1:" + smtp.port(),
            "inbox@adraa.example",
            Optional.empty(),
            clock,
            outcome -> {
              synchronized (outcomes) {
                outcomes.add(outcome);
              }
            }),
        "https://inbox.example/app",
        clock);
  }

  private boolean isDue() {
    return !new OutgoingMailStore(database).due(clock.instant()).isEmpty();
  }

  private int stored() {
    return database.read(
        handle ->
            handle.createQuery("SELECT count(*) FROM outgoing_mail").mapTo(Integer.class).one());
  }

  private List<String> lines() {
    return log.list.stream()
        .map(line -> line.getLevel() + " " + line.getFormattedMessage())
        .toList();
  }
}
