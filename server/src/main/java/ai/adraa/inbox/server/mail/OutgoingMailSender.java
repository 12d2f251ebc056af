package ai.adraa.inbox.server.mail;

import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the mails of {@link OutgoingMailStore}: each at least once, and again only if a node stops
 * or loses the database between sending and recording that. Repeats an attempt that may succeed
 * later for 7 days. Other nodes and commands may add mails, so it looks for them every few seconds.
 * Thread-safe.
 */
public final class OutgoingMailSender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutgoingMailSender.class);
  private static final Duration POLL = Duration.ofSeconds(3);
  // Longer than sending takes, even if the mail server replies to each command after 10 seconds.
  private static final Duration LEASE = Duration.ofMinutes(2);
  // Doubled after each attempt, up to the longest.
  private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);
  static final int DAYS = 7;
  private static final Duration STOP = Duration.ofSeconds(10);

  private final OutgoingMailStore store;
  private final Mailer mailer;
  private final String consoleUrl;
  private final Clock clock;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final ScheduledExecutorService sender =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "outgoing-mail");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param consoleUrl where admins find the console; each mail ends with it
   */
  public OutgoingMailSender(
      OutgoingMailStore store, Mailer mailer, String consoleUrl, Clock clock) {
    this.store = store;
    this.mailer = mailer;
    this.consoleUrl = consoleUrl;
    this.clock = clock;
  }

  /** Starts to send mails. */
  public void start() {
    var unused =
        sender.scheduleWithFixedDelay(this::sendDue, 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Sends new mails at once. Call it after the transaction that added them. */
  public void wake() {
    if (woken.compareAndSet(false, true)) {
      try {
        sender.execute(this::sendDue);
      } catch (RejectedExecutionException e) {
        // The server is stopping. The mails are sent after its next start.
      }
    }
  }

  /** Finishes the current mail and stops; takes 10 seconds at most. Other mails stay stored. */
  @Override
  public void close() {
    sender.shutdown();
    try {
      var unused = sender.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var unused = sender.shutdownNow();
  }

  /** Sends each due mail once. */
  void sendDue() {
    woken.set(false);
    try {
      List<String> due;
      do {
        due = store.due(clock.instant());
        for (String id : due) {
          if (sender.isShutdown()) {
            return;
          }
          Instant now = clock.instant();
          store.claim(id, now, now.plus(LEASE)).ifPresent(this::send);
        }
      } while (!due.isEmpty());
    } catch (DatabaseUnavailableException e) {
      LOG.debug("Cannot read the outgoing mails; retrying", e);
    } catch (RuntimeException e) {
      // A thrown exception would end the schedule.
      LOG.error("Cannot read the outgoing mails; retrying", e);
    }
  }

  private void send(OutgoingMail mail) {
    try {
      mailer.send(
          mail.email(),
          mail.subject(),
          """
          Hello %s,

          %s
          The console of Adraa Inbox: %s
          """
              .formatted(mail.nickname(), mail.text(), consoleUrl));
    } catch (MailFailedException e) {
      failed(mail, e.withoutRecipient(mail.email()), e.isPermanent() && e.isOfMessage());
      return;
    } catch (RuntimeException e) {
      LOG.error("Cannot send a mail to agent {}", mail.agentId(), e);
      failed(mail, e.getClass().getSimpleName(), false);
      return;
    }
    store.delete(mail.id());
  }

  private void failed(OutgoingMail mail, String reason, boolean permanent) {
    Instant now = clock.instant();
    if (permanent || !now.isBefore(mail.createdAt().plus(Duration.ofDays(DAYS)))) {
      mailer.count(Mailer.Outcome.FAILED);
      LOG.error(
          "Cannot send the mail \"{}\" to agent {}: {}", mail.subject(), mail.agentId(), reason);
      store.delete(mail.id());
      return;
    }
    mailer.count(Mailer.Outcome.DEFERRED);
    if (mail.attempts() == 1) {
      LOG.warn(
          "Cannot send the mail \"{}\" to agent {} yet, trying again for {} days: {}",
          mail.subject(),
          mail.agentId(),
          DAYS,
          reason);
    }
    store.defer(mail.id(), now.plus(wait(mail.attempts())));
  }

  private static Duration wait(int attempts) {
    int doublings = Math.min(attempts - 1, 20);
    Duration wait = FIRST_WAIT.multipliedBy(1L << doublings);
    return wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
  }
}
