package ai.adraa.inbox.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.mail.Mailer;
import ai.adraa.inbox.server.secret.Secret;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Signing in, where the limits, the mail and the database meet. */
class SignInServiceTest {
  private static final String ADA = "ada@acme.example";
  private static final Instant NOW = Instant.parse("2026-06-14T08:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private Database database;
  private WorkspaceStore workspaces;
  private SignInStore store;

  @BeforeEach
  void open(@TempDir Path directory) {
    database = Databases.open(new DatabaseLocation(directory.resolve("inbox.db").toString()));
    workspaces = new WorkspaceStore(database, CLOCK);
    workspaces.create("acme", ADA, AuditEvent.Source.commandLine());
    store = new SignInStore(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void theOwnerStillSignsInFromAKnownAddressWhileStrangersGuess() {
    try (SignInService signIn = service(null)) {
      assertThat(
              signIn.signIn(
                  "Ada@Acme.example",
                  newCode(),
                  AgentSession.Credential.COOKIE,
                  List.of(),
                  from("192.0.2.1")))
          .isPresent();

      // The first of the 30 attempts was the owner's own: the address was not known before it.
      for (int i = 0; i < 29; i++) {
        AuditEvent.Source stranger = from("198.51.100." + i % 3);
        assertThat(
                signIn.signIn(
                    ADA, new Secret("000000"), AgentSession.Credential.COOKIE, List.of(), stranger))
            .isEmpty();
      }
      assertThatExceptionOfType(TooManyAttemptsException.class)
          .isThrownBy(
              () ->
                  signIn.signIn(
                      ADA,
                      newCode(),
                      AgentSession.Credential.COOKIE,
                      List.of(),
                      from("198.51.100.4")));

      assertThat(
              signIn.signIn(
                  ADA, newCode(), AgentSession.Credential.COOKIE, List.of(), from("192.0.2.1")))
          .isPresent();
    }
  }

  @Test
  @Tag("slow")
  void aCodeThatCannotBeMailedIsNotLogged() throws Exception {
    assertThat(loggedByARequestForACode("smtp://127.0.0.1:" + unusedPort()))
        .contains("Cannot send a sign-in code to agent ")
        .doesNotContain(storedCode())
        .doesNotContain(ADA);
  }

  @Test
  @Tag("slow")
  void withoutAMailServerTheMailIsInTheLog() {
    assertThat(loggedByARequestForACode(null))
        .contains("NO SMTP SERVER IS CONFIGURED (--smtp)", "To: " + ADA)
        .containsPattern("(?m)^ +" + storedCode() + "$");
  }

  private String loggedByARequestForACode(@Nullable String smtp) {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    log.start();
    root.addAppender(log);
    try {
      // Closing waits for the mail.
      try (SignInService signIn = service(smtp)) {
        signIn.requestCode(ADA, from("192.0.2.1"));
      }
    } finally {
      root.detachAppender(log);
    }
    return List.copyOf(log.list).stream()
        .map(
            event ->
                event.getFormattedMessage()
                    + ThrowableProxyUtil.asString(event.getThrowableProxy()))
        .collect(Collectors.joining("\n"));
  }

  /** Finds the only stored code by trying all of them. */
  private String storedCode() {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT salt, code_hash FROM sign_in_code")
                .map(
                    (row, context) -> {
                      byte[] salt = row.getBytes("salt");
                      byte[] hash = row.getBytes("code_hash");
                      return IntStream.range(0, 1_000_000)
                          .mapToObj(code -> String.format(Locale.ROOT, "%06d", code))
                          .filter(code -> Arrays.equals(new Secret(code).hash(salt), hash))
                          .findFirst()
                          .orElseThrow();
                    })
                .one());
  }

  private Secret newCode() {
    Secret code = new Secret("123456");
    store.replaceCode(ADA, code, NOW, NOW.plus(Duration.ofMinutes(10)));
    return code;
  }

  private SignInService service(@Nullable String smtp) {
    return new SignInService(
        store,
        LastUse.ofTimes("sessions", store::updateLastUsed),
        workspaces,
        new Mailer(smtp, "inbox@acme.example", Optional.empty(), CLOCK, outcome -> {}),
        "http://localhost/app",
        new SignInLimits(Optional.empty()),
        CLOCK);
  }

  private static AuditEvent.Source from(String address) {
    return AuditEvent.Source.console(Optional.of(address), Optional.empty());
  }

  private static int unusedPort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
