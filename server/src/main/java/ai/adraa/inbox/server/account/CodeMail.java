package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.log.LogContext;
import ai.adraa.inbox.server.mail.MailFailedException;
import ai.adraa.inbox.server.mail.Mailer;
import ai.adraa.inbox.server.secret.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Sends sign-in codes from a bounded queue. Repeats an attempt that may succeed later, such as one
 * refused by greylisting, while the code is valid. Thread-safe.
 */
final class CodeMail implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CodeMail.class);
  private static final int THREADS = 2;
  private static final int MOST = 1000;
  // Doubled after each attempt: the attempts begin after 0, 5, 15, 35, 75, 155 and 315 seconds, so
  // the last is after the 5 minutes for which many servers greylist a sender.
  private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final WorkspaceStore workspaces;
  private final Mailer mailer;
  private final String consoleUrl;
  private final Clock clock;
  private final Semaphore free = new Semaphore(MOST);
  // The newest message to each email: the codes of earlier ones are no longer valid.
  private final ConcurrentMap<String, Message> newest = new ConcurrentHashMap<>();
  private final ThreadFactory threads =
      task -> {
        Thread thread = new Thread(task, "sign-in-mail");
        thread.setDaemon(true);
        return thread;
      };
  private final ThreadPoolExecutor senders =
      new ThreadPoolExecutor(
          THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(threads);

  CodeMail(WorkspaceStore workspaces, Mailer mailer, String consoleUrl, Clock clock) {
    this.workspaces = workspaces;
    this.mailer = mailer;
    this.consoleUrl = consoleUrl;
    this.clock = clock;
  }

  /**
   * Queues a code. Nothing is sent if no agent has the email.
   *
   * @throws MailQueueFullException if too many messages are queued or wait for another attempt
   */
  void send(String email, Secret code, Instant validUntil) {
    if (!free.tryAcquire()) {
      throw new MailQueueFullException();
    }
    Message message = new Message(email, code, validUntil);
    newest.put(email, message);
    try {
      senders.execute(message);
    } catch (RejectedExecutionException e) {
      message.end();
      throw new MailQueueFullException();
    }
  }

  /** Sends the queued messages, but not those that wait for another attempt. Takes 10 s at most. */
  @Override
  public void close() {
    int unsent = timer.shutdownNow().size();
    senders.shutdown();
    try {
      var unused = senders.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    unsent += senders.shutdownNow().size();
    if (unsent > 0) {
      LOG.warn("Sign-in codes not sent: {}", unsent);
    }
  }

  /** A message until it is sent or given up. Runs on one thread at a time. */
  private final class Message implements Runnable {
    private final String email;
    private final Secret code;
    private final Instant validUntil;
    private final @Nullable String requestId = MDC.get(LogContext.REQUEST_ID);
    private Duration wait = FIRST_WAIT;
    private boolean repeated;

    Message(String email, Secret code, Instant validUntil) {
      this.email = email;
      this.code = code;
      this.validUntil = validUntil;
    }

    @Override
    public void run() {
      boolean again = false;
      try (MDC.MDCCloseable unused = MDC.putCloseable(LogContext.REQUEST_ID, requestId)) {
        boolean replaced = repeated && newest.get(email) != this;
        again = !replaced && mustRepeat();
      } finally {
        if (again) {
          repeat();
        } else {
          end();
        }
      }
    }

    private void end() {
      newest.remove(email, this);
      free.release();
    }

    private void repeat() {
      long millis = wait.toMillis();
      wait = wait.multipliedBy(2);
      repeated = true;
      try {
        var unused = timer.schedule(() -> senders.execute(this), millis, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.warn("A sign-in code was not sent, because the server is stopping");
        end();
      }
    }

    private boolean mustRepeat() {
      try {
        Optional<Agent> agent = workspaces.agentByEmail(email);
        return agent.isPresent() && mustRepeat(agent.get());
      } catch (DatabaseUnavailableException e) {
        LOG.error("Cannot send a sign-in code: {}", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("Cannot send a sign-in code", e);
      }
      return false;
    }

    private boolean mustRepeat(Agent agent) {
      Duration left = Duration.between(clock.instant(), validUntil);
      if (left.compareTo(Duration.ZERO) <= 0) {
        mailer.count(Mailer.Outcome.FAILED);
        LOG.error("Cannot send a sign-in code to agent {} before it expires", agent.id());
        return false;
      }
      long minutes = left.plusSeconds(59).toMinutes();
      try {
        mailer.send(
            agent.email(),
            "Your Adraa Inbox sign-in code",
            """
            Hello %s,

            Your sign-in code for Adraa Inbox is:

                %s

            Enter it at %s within %s. The code works only once.

            If you did not request this code, ignore this email. Do not share the code with anyone.
            """
                .formatted(agent.nickname(), code.reveal(), consoleUrl, inWords(minutes)));
        return false;
      } catch (MailFailedException e) {
        // The mail server's reply may quote the message.
        String reason = e.withoutRecipient(agent.email()).replace(code.reveal(), "******");
        if (e.isPermanent() || wait.compareTo(left) >= 0) {
          mailer.count(Mailer.Outcome.FAILED);
          LOG.error("Cannot send a sign-in code to agent {}: {}", agent.id(), reason);
          return false;
        }
        mailer.count(Mailer.Outcome.DEFERRED);
        if (!repeated) {
          LOG.warn(
              "Cannot send a sign-in code to agent {} yet, trying again for {}: {}",
              agent.id(),
              inWords(minutes),
              reason);
        }
        return true;
      }
    }

    private static String inWords(long minutes) {
      return minutes == 1 ? "1 minute" : minutes + " minutes";
    }
  }
}
