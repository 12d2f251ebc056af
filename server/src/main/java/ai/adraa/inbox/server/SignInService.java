package ai.adraa.inbox.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import jakarta.mail.MessagingException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
final class SignInService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SignInService.class);
  private static final Duration CODE_LIFETIME = Duration.ofMinutes(10);
  private static final Duration TOUCH_EVERY = Duration.ofMinutes(1);
  private static final int CODES_PER_AGENT = 10;
  private static final Duration CODES_PERIOD = Duration.ofMinutes(10);

  private final SignInStore store;
  private final WorkspaceStore workspaces;
  private final Mailer mailer;
  private final String consoleUrl;
  private final Clock clock;
  // Each code may be guessed 5 times, so codes are limited too; and so is a flood of mail.
  private final Cache<String, Bucket> codesByAgent =
      Caffeine.newBuilder().expireAfterAccess(CODES_PERIOD).maximumSize(100_000).build();
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

  SignInService(
      SignInStore store, WorkspaceStore workspaces, Mailer mailer, String consoleUrl, Clock clock) {
    this.store = store;
    this.workspaces = workspaces;
    this.mailer = mailer;
    this.consoleUrl = consoleUrl;
    this.clock = clock;
  }

  /**
   * Sends a code if the email is an agent's. Returns at once: whether it is known is only looked up
   * on another thread, so that neither the answer nor its time tells.
   *
   * @throws ApiException {@code SERVICE_UNAVAILABLE} if too many are waiting
   */
  void requestCode(String email) {
    String requestId = MDC.get(RequestIdHandler.MDC_KEY);
    try {
      post.execute(
          () -> {
            try (MDC.MDCCloseable unused = MDC.putCloseable(RequestIdHandler.MDC_KEY, requestId)) {
              sendCode(email);
            }
          });
    } catch (RejectedExecutionException e) {
      throw new ApiException(ErrorCode.SERVICE_UNAVAILABLE);
    }
  }

  /**
   * Exchanges a code for a session.
   *
   * @throws ApiException {@code INVALID_SIGN_IN_CODE} if it is wrong, used or expired
   */
  Session.Created signIn(String email, Secret code, AuditEvent.Source source) {
    String agentId =
        store
            .useCode(email.toLowerCase(Locale.ROOT), code, now(), source)
            .orElseThrow(() -> new ApiException(ErrorCode.INVALID_SIGN_IN_CODE));
    Secret id = Secret.newSessionId();
    return new Session.Created(store.createSession(agentId, id, now(), source), id);
  }

  /** The session with this id; empty if there is none or it has ended. Using it prolongs it. */
  Optional<Session> use(Secret id) {
    Instant now = now();
    return store
        .findSession(id)
        .filter(session -> now.isBefore(session.expiresAt()))
        .map(
            session -> {
              if (now.isBefore(session.lastUsedAt().plus(TOUCH_EVERY))) {
                return session;
              }
              store.touchSession(session.idHash(), now);
              return new Session(session.idHash(), session.agent(), session.createdAt(), now);
            });
  }

  void signOut(Session session, AuditEvent.Source source) {
    store.deleteSession(session, now(), source);
  }

  /** Sends what is waiting, for 20 seconds at most. */
  @Override
  public void close() {
    post.shutdown();
    try {
      if (!post.awaitTermination(20, TimeUnit.SECONDS)) {
        LOG.warn("{} sign-in codes were not sent", post.shutdownNow().size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sendCode(String email) {
    try {
      workspaces.agentByEmail(email).ifPresent(this::sendCode);
    } catch (RuntimeException e) {
      LOG.error("Cannot send a sign-in code", e);
    }
  }

  private void sendCode(Agent agent) {
    Bucket bucket =
        codesByAgent.get(
            agent.id(),
            id ->
                Bucket.builder()
                    .addLimit(
                        limit ->
                            limit
                                .capacity(CODES_PER_AGENT)
                                .refillGreedy(CODES_PER_AGENT, CODES_PERIOD))
                    .build());
    if (!bucket.tryConsume(1)) {
      LOG.warn("Agent {} asked for too many sign-in codes; none is sent for now", agent.id());
      return;
    }
    Secret code = Secret.newSignInCode();
    store.replaceCode(agent.id(), code, now().plus(CODE_LIFETIME));
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

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
