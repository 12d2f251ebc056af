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
import java.time.temporal.ChronoUnit;
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
    this.clock = clock;
  }

  /**
   * Sends a code if the email is an agent's. A code is stored for any email, and whether it is
   * known is only looked up on another thread, so that neither this answer nor that to a try, nor
   * the time of either tells.
   *
   * @throws TooManyAttemptsException if too many codes were requested
   * @throws MailQueueFullException if too many codes wait to be sent
   */
  public void requestCode(String email, AuditEvent.Source source) {
    String mailbox = email.toLowerCase(Locale.ROOT);
    limits.count(SignInLimits.Step.ASK_FOR_CODE, mailbox, caller(source));
    Secret code = Secret.newSignInCode();
    store.replaceCode(mailbox, code, now(), now().plus(CODE_LIFETIME));
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
   * @param current the session ids that the browser sends along; these sessions end
   * @return empty if the code is wrong, used or expired
   * @throws TooManyAttemptsException if too many codes were tried
   */
  public Optional<Session.Created> signIn(
      String email, Secret code, List<Secret> current, AuditEvent.Source source) {
    String mailbox = email.toLowerCase(Locale.ROOT);
    limits.count(SignInLimits.Step.TRY_CODE, mailbox, caller(source));
    return store
        .useCode(mailbox, code, now(), CODE_LIFETIME, source)
        .map(
            agentId -> {
              limits.signedIn(mailbox, caller(source));
              Secret id = Secret.newSessionId();
              return new Session.Created(
                  store.createSession(agentId, id, current, now(), source), id);
            });
  }

  /**
   * The session with this id; empty if there is none or it has ended. Using it prolongs it, which
   * is written later: who only reads need not wait until the database can be written.
   */
  public Optional<Session> use(Secret id) {
    Instant now = now();
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

  private Session withPendingUse(Session session) {
    return lastUse
        .pending(key(session))
        .filter(at -> at.isAfter(session.lastUsedAt()))
        .map(session::usedAt)
        .orElse(session);
  }

  private static String key(Session session) {
    return HexFormat.of().formatHex(session.idHash());
  }

  /**
   * Ends a session.
   *
   * @param sent the session ids that the browser sends along, which may be more than one; if these
   *     sessions did not end too, the browser would still be signed in
   */
  public void signOut(Session session, List<Secret> sent, AuditEvent.Source source) {
    store.deleteSession(session, sent, now(), source);
  }

  /** Sends the queued codes, for 10 seconds at most. */
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

          your sign-in code for Adraa Inbox is

              %s

          Enter it at %s within %d minutes. It works once.

          If you did not ask to sign in, ignore this message and give the code to nobody.
          """
              .formatted(agent.nickname(), code.reveal(), consoleUrl, CODE_LIFETIME.toMinutes()));
    } catch (MessagingException e) {
      LOG.error("Cannot send a sign-in code to agent {}", agent.id(), e);
    }
  }

  private static Object caller(AuditEvent.Source source) {
    return source.address().<Object>map(RateLimit::caller).orElse("unknown");
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
