package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.limit.RateLimit;
import ai.adraa.inbox.server.mail.EmailAddress;
import ai.adraa.inbox.server.mail.Mailer;
import ai.adraa.inbox.server.secret.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Signs agents in to the console with a one-time code sent by email. Thread-safe. */
public final class SignInService implements AutoCloseable {
  private static final Duration CODE_LIFETIME = Duration.ofMinutes(10);
  private static final Duration TOUCH_EVERY = Duration.ofMinutes(1);

  private final SignInStore store;
  private final LastUse<Instant> lastUse;
  private final CodeMail mail;
  private final Clock clock;
  private final SignInLimits limits;

  public SignInService(
      SignInStore store,
      LastUse<Instant> lastUse,
      WorkspaceStore workspaces,
      Mailer mailer,
      String consoleUrl,
      SignInLimits limits,
      Clock clock) {
    this.store = store;
    this.lastUse = lastUse;
    this.limits = limits;
    // The database stores milliseconds.
    this.clock = Clock.tick(clock, Duration.ofMillis(1));
    this.mail = new CodeMail(workspaces, mailer, consoleUrl, this.clock);
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
    String mailbox = EmailAddress.canonical(email);
    limits.count(SignInLimits.Step.ASK_FOR_CODE, mailbox, caller(source));
    Secret code = Secret.newSignInCode();
    Instant now = clock.instant();
    Instant validUntil = now.plus(CODE_LIFETIME);
    store.replaceCode(mailbox, code, now, validUntil);
    mail.send(mailbox, code, validUntil);
  }

  /**
   * Exchanges a code for a session.
   *
   * @param credential what the caller sends to identify the session
   * @param current the session ids in the browser's cookies; these sessions end; empty for a bearer
   *     session
   * @return empty if the code is wrong, used, expired or was tried too often
   * @throws TooManyAttemptsException if the email or the address tried too many codes
   */
  public Optional<AgentSession.Created> signIn(
      String email,
      Secret code,
      AgentSession.Credential credential,
      List<Secret> current,
      AuditEvent.Source source) {
    String mailbox = EmailAddress.canonical(email);
    limits.count(SignInLimits.Step.TRY_CODE, mailbox, caller(source));
    return store
        .useCode(mailbox, code, clock.instant(), CODE_LIFETIME, source)
        .map(
            agentId -> {
              limits.signedIn(mailbox, caller(source));
              Secret id =
                  switch (credential) {
                    case COOKIE -> Secret.newSessionId();
                    case BEARER -> Secret.newBearerSession();
                  };
              return new AgentSession.Created(
                  store.createSession(agentId, id, current, clock.instant(), source), id);
            });
  }

  /**
   * Returns the session with this id, the value of a cookie or a bearer secret, and extends it;
   * empty if it does not exist or has ended. The new last use is recorded at most once a minute and
   * written later, so that reading requests do not wait for a database write.
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
    mail.close();
  }

  private static Object caller(AuditEvent.Source source) {
    return source.address().<Object>map(RateLimit::caller).orElse("unknown");
  }
}
