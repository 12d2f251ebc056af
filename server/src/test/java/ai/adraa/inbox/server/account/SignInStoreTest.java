package ai.adraa.inbox.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.secret.Secret;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long sign-in codes and sessions stay in the database. */
class SignInStoreTest {
  private static final String ADA = "ada@acme.example";
  private static final Secret CODE = new Secret("123456");
  private static final Secret WRONG = new Secret("654321");
  private static final Instant NOW = Instant.parse("2026-06-14T08:00:00Z");
  private static final Duration LIFETIME = Duration.ofMinutes(10);
  private static final AuditEvent.Source OPERATOR = AuditEvent.Source.commandLine();

  private Database database;
  private SignInStore store;
  private Agent ada;

  @BeforeEach
  void open(@TempDir Path directory) {
    database = Databases.open(new DatabaseLocation(directory.resolve("inbox.db").toString()));
    WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());
    ada = workspaces.firstAdmin(workspaces.create("acme", ADA, OPERATOR));
    store = new SignInStore(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aNewCodeHasFiveTriesHoweverManyTheOldCodeHad() {
    requestCode(ADA, NOW);
    fail(5);
    assertThat(store.useCode(ADA, CODE, NOW, LIFETIME, OPERATOR)).isEmpty();

    requestCode(ADA, NOW);
    fail(4);
    assertThat(store.useCode(ADA, CODE, NOW, LIFETIME, OPERATOR)).contains(ada.id());
  }

  @Test
  void aRequestForACodeDeletesTheExpiredCodesOfAllEmails() {
    requestCode(ADA, NOW);
    requestCode("nobody@acme.example", NOW);

    requestCode("eve@acme.example", NOW.plus(LIFETIME).minusMillis(1));
    assertThat(codes()).as("none has expired").isEqualTo(3);

    requestCode("eve@acme.example", NOW.plus(LIFETIME));
    assertThat(codes()).isEqualTo(1);
  }

  @Test
  void aSignInDeletesTheSessionsThatAreTooOldOrIdleForTooLongAndNoOthers() {
    Secret tooOld = session(Duration.ofDays(7), Duration.ofMinutes(1));
    Secret old = session(Duration.ofDays(7).minusMillis(1), Duration.ofMinutes(1));
    Secret tooIdle = session(Duration.ofHours(13), Duration.ofHours(12));
    Secret idle = session(Duration.ofHours(13), Duration.ofHours(12).minusMillis(1));

    store.createSession(ada.id(), Secret.newSessionId(), List.of(), NOW, OPERATOR);

    assertThat(store.findSession(tooOld)).isEmpty();
    assertThat(store.findSession(old)).isPresent();
    assertThat(store.findSession(tooIdle)).isEmpty();
    assertThat(store.findSession(idle)).isPresent();
  }

  @Test
  void signingOutASessionThatHasEndedIsNotRecorded() {
    Secret id = session(Duration.ZERO, Duration.ZERO);
    AgentSession session = store.findSession(id).orElseThrow();

    store.deleteSession(session, List.of(id), NOW, OPERATOR);
    store.deleteSession(session, List.of(id), NOW, OPERATOR);

    assertThat(
            database.<Integer>read(
                handle ->
                    handle
                        .createQuery("SELECT count(*) FROM audit_event WHERE action = 'sign-out'")
                        .mapTo(Integer.class)
                        .one()))
        .isEqualTo(1);
  }

  private void requestCode(String email, Instant at) {
    store.replaceCode(email, CODE, at, at.plus(LIFETIME));
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(store.useCode(ADA, WRONG, NOW, LIFETIME, OPERATOR)).isEmpty();
    }
  }

  private int codes() {
    return database.read(
        handle ->
            handle.createQuery("SELECT count(*) FROM sign_in_code").mapTo(Integer.class).one());
  }

  /** Creates a session that is as old, and was used as long ago, as given. */
  private Secret session(Duration age, Duration unused) {
    Secret id = Secret.newSessionId();
    // At its start, so that this sign-in deletes none of the others.
    store.createSession(ada.id(), id, List.of(), NOW.minus(age), OPERATOR);
    store.updateLastUsed(Map.of(HexFormat.of().formatHex(id.hash()), NOW.minus(unused)));
    return id;
  }
}
