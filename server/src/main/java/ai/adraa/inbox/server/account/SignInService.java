package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.limit.RateLimit;
import ai.adraa.inbox.server.log.LogContext;
import ai.adraa.inbox.server.secret.Secret;
import jakarta.mail.MessagingException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Signs agents in to the console with a one-time code sent by email. Thread-safe. */
public final class SignInService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SignInService.class);
  private static final Duration CODE_LIFETIME = Duration.ofMinutes(10);
  private static final Duration TOUCH_EVERY = Duration.ofMinutes(1);

  private final SignInStore store;
  private final LastUse lastUse;
  private final WorkspaceStore workspaces;
  private final Mailer mailer;
  private final String consoleUrl;
  private final Clock clock;
  private final SignInLimits limits;
  private final ThreadPoolExecutor post =
      new ThreadPoolExecutor(
          2,
          2,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(1000),
          task -> {
            Thread thread = new Thread(task, "sign-in-mail");
            thread.setDaemon(true);
            return thread;
          });

  public SignInService(
      SignInStore store,
      LastUse lastUse,
      WorkspaceStore workspaces,
      Mailer mailer,
      String consoleUrl,
      SignInLimits limits,
      Clock clock) {
    this.store = store;
    this.lastUse = lastUse;
    this.workspaces = workspaces;
    this.mailer = mailer;
    this.consoleUrl = consoleUrl;
    this.limits = limits;
    // The database stores milliseconds.
    this.clock = Clock.tick(clock, Duration.ofMillis(1));
  }

  /**
   * Sends a sign-in code if an agent has this email, and replaces any earlier code. Neither the
   * result nor the response time reveals whether an agent has the email: a code is stored for every
   * email, and another thread looks the agent up.
   *
   * @throws TooManyAttemptsException if too many codes were requested
   * @throws MailQueueFullException if too many codes are queued
   */
  public void requestCode(String email, AuditEvent.Source source) {
    String mailbox = email.toLowerCase(Locale.ROOT);
    limits.count(SignInLimits.Step.ASK_FOR_CODE, mailbox, caller(source));
    Secret code = Secret.newSignInCode();
    store.replaceCode(mailbox, code, clock.instant(), clock.instant().plus(CODE_LIFETIME));
    String requestId = MDC.get(LogContext.REQUEST_ID);
    try {
      post.execute(
          () -> {
            try (MDC.MDCCloseable unused = MDC.putCloseable(LogContext.REQUEST_ID, requestId)) {
              sendCode(mailbox, code);
            }
          });
    } catch (RejectedExecutionException e) {
      throw new MailQueueFullException();
    }
  }

  /**
   * Exchanges a code for a session.
   *
   * @param current the session ids in the browser's cookies; these sessions end
   * @return empty if the code is wrong, used, expired or was tried too often
   * @throws TooManyAttemptsException if the email or the address tried too many codes
   */
  public Optional<AgentSession.Created> signIn(
      String email, Secret code, List<Secret> current, AuditEvent.Source source) {
    String mailbox = email.toLowerCase(Locale.ROOT);
    limits.count(SignInLimits.Step.TRY_CODE, mailbox, caller(source));
    return store
        .useCode(mailbox, code, clock.instant(), CODE_LIFETIME, source)
        .map(
            agentId -> {
              limits.signedIn(mailbox, caller(source));
              Secret id = Secret.newSessionId();
              return new AgentSession.Created(
                  store.createSession(agentId, id, current, clock.instant(), source), id);
            });
  }

  /**
   * Returns the session with this id and extends it; empty if it does not exist or has ended. The
   * new last use is recorded at most once a minute and written later, so that reading requests do
   * not wait for a database write.
   */
  public Optional<AgentSession> use(Secret id) {
    Instant now = clock.instant();
    return store
        .findSession(id)
        .map(this::withPendingUse)
        .filter(session -> now.isBefore(session.expiresAt()))
        .map(
            session -> {
              if (now.isBefore(session.lastUsedAt().plus(TOUCH_EVERY))) {
                return session;
              }
              lastUse.record(key(session), now);
              return session.usedAt(now);
            });
  }

  private AgentSession withPendingUse(AgentSession session) {
    return lastUse
        .pending(key(session))
        .filter(at -> at.isAfter(session.lastUsedAt()))
        .map(session::usedAt)
        .orElse(session);
  }

  private static String key(AgentSession session) {
    return HexFormat.of().formatHex(session.idHash());
  }

  /**
   * Ends a session.
   *
   * @param sent all session ids in the browser's cookies. Their sessions end too: otherwise the
   *     browser could remain signed in
   */
  public void signOut(AgentSession session, List<Secret> sent, AuditEvent.Source source) {
    store.deleteSession(session, sent, clock.instant(), source);
  }

  /** Sends the queued codes. Gives up after 10 seconds. */
  @Override
  public void close() {
    post.shutdown();
    try {
      if (!post.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("{} sign-in codes were not sent", post.shutdownNow().size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sendCode(String email, Secret code) {
    try {
      workspaces.agentByEmail(email).ifPresent(agent -> sendCode(agent, code));
    } catch (DatabaseUnavailableException e) {
      LOG.error("Cannot send a sign-in code: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Cannot send a sign-in code", e);
    }
  }

  private void sendCode(Agent agent, Secret code) {
    try {
      mailer.send(
          agent.email(),
          "Your Adraa Inbox sign-in code",
          """
          Hello %s,

          Your sign-in code for Adraa Inbox is:

              %s

          Enter it at %s within %s minutes. The code works only once.

          If you did not request this code, ignore this email. Do not share the code with anyone.
          """
              .formatted(agent.nickname(), code.reveal(), consoleUrl, CODE_LIFETIME.toMinutes()));
    } catch (MessagingException e) {
      LOG.error("Cannot send a sign-in code to agent {}", agent.id(), e);
    }
  }

  private static Object caller(AuditEvent.Source source) {
    return source.address().<Object>map(RateLimit::caller).orElse("unknown");
  }
}
