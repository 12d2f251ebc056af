package ai.adraa.inbox.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.Gate;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.limit.RateLimit;
import ai.adraa.inbox.server.mail.Mailer;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.TokenUse;
import ai.adraa.inbox.server.token.UsageStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A use prolongs a session at once, and is written when the database can be. */
class LastUseTest {
  private static final Instant SIGNED_IN = Instant.parse("2026-06-14T08:00:00Z");
  private static final AuditEvent.Source OPERATOR = AuditEvent.Source.commandLine();

  @Test
  void aSessionIsProlongedThoughTheDatabaseCannotBeWritten(@TempDir Path directory)
      throws Exception {
    try (Database database =
        Databases.open(new DatabaseLocation(directory.resolve("inbox.db").toString()))) {
      WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());
      Agent agent = workspaces.firstAdmin(workspaces.create("acme", "ada@acme.example", OPERATOR));
      SignInStore store = new SignInStore(database);
      Secret id = Secret.newSessionId();
      store.createSession(agent.id(), id, List.of(), SIGNED_IN, OPERATOR);
      LastUse<Instant> lastUse = LastUse.ofTimes("sessions", store::updateLastUsed);
      Instant later = SIGNED_IN.plus(AgentSession.IDLE).minusMillis(1);
      Instant muchLater = later.plus(AgentSession.IDLE).minusMillis(1);

      Gate gate = new Gate(1);
      Thread writer = new Thread(() -> database.write(handle -> gate.pass()));
      writer.start();
      gate.awaitArrivals();
      // Who waited here would be refused after all, and the session would not be prolonged.
      assertThat(use(store, lastUse, workspaces, id, later)).contains(later);
      assertThat(use(store, lastUse, workspaces, id, muchLater)).contains(muchLater);
      assertThat(store.findSession(id).orElseThrow().lastUsedAt()).isEqualTo(SIGNED_IN);
      gate.open();
      writer.join();

      lastUse.close();
      assertThat(store.findSession(id).orElseThrow().lastUsedAt()).isEqualTo(muchLater);
      assertThat(use(store, lastUse, workspaces, id, muchLater.plus(AgentSession.IDLE)))
          .as("idle for too long")
          .isEmpty();
    }
  }

  @Test
  @Tag("slow")
  @Timeout(60)
  void thoseOfManyTokensAreWrittenInTurnsAndAtTheEndAll(@TempDir Path directory) {
    try (Database database =
        Databases.open(new DatabaseLocation(directory.resolve("inbox.db").toString()))) {
      new WorkspaceStore(database, Clock.systemUTC()).create("acme", "ada@acme.example", OPERATOR);
      database.write(
          handle ->
              handle.execute(
                  """
                  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
                  INSERT INTO api_token (id, workspace_id, name, name_key, prefix, secret_hash,
                    created_at, created_by)
                  SELECT printf('c%024d', i), workspace_id, 'Many', 'many', 'adraa_00000000',
                    randomblob(32), 1, agent_id
                  FROM n, membership
                  """));
      LastUse<TokenUse> lastUse = new UsageStore(database).lastUse();
      for (int i = 1; i <= 2500; i++) {
        TokenUse use = TokenUse.of(SIGNED_IN, null);
        lastUse.record(String.format(Locale.ROOT, "c%024d", i), use);
      }
      assertThat(lastUse.backlog()).isEqualTo(2500);

      lastUse.start();
      await().until(() -> lastUse.backlog() < 2500);
      assertThat(used(database)).as("in the order of the table").endsWith("1000");

      lastUse.close();
      assertThat(lastUse.backlog()).isZero();
      assertThat(used(database)).endsWith("2500");
    }
  }

  @Test
  @Timeout(60)
  void aUseDuringAWriteIsWrittenByTheNext(@TempDir Path directory) throws Exception {
    try (Database database =
        Databases.open(new DatabaseLocation(directory.resolve("inbox.db").toString()))) {
      WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());
      Agent agent = workspaces.firstAdmin(workspaces.create("acme", "ada@acme.example", OPERATOR));
      SignInStore store = new SignInStore(database);
      Secret id = Secret.newSessionId();
      store.createSession(agent.id(), id, List.of(), SIGNED_IN, OPERATOR);
      String key = HexFormat.of().formatHex(id.hash());
      Instant before = SIGNED_IN.plusSeconds(1);
      Instant during = SIGNED_IN.plusSeconds(2);
      Gate gate = new Gate(1);
      LastUse<Instant> lastUse =
          LastUse.ofTimes(
              "sessions",
              uses -> {
                store.updateLastUsed(uses);
                boolean unused = gate.pass();
              });

      lastUse.record(key, before);
      lastUse.start();
      gate.awaitArrivals();
      lastUse.record(key, during);
      gate.open();
      lastUse.close();

      assertThat(store.findSession(id).orElseThrow().lastUsedAt()).isEqualTo(during);
      assertThat(lastUse.backlog()).isZero();
    }
  }

  private static String used(Database database) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT max(id) FROM api_token WHERE last_used_at IS NOT NULL")
                .mapTo(String.class)
                .one());
  }

  private static Optional<Instant> use(
      SignInStore store,
      LastUse<Instant> lastUse,
      WorkspaceStore workspaces,
      Secret id,
      Instant at) {
    Clock clock = Clock.fixed(at, ZoneOffset.UTC);
    try (SignInService signIn =
        new SignInService(
            store,
            lastUse,
            workspaces,
            new Mailer(null, "inbox@acme.example", Optional.empty(), clock, outcome -> {}),
            "http://localhost/app",
            new SignInLimits(Optional.of(new RateLimit(1, Duration.ofHours(1)))),
            clock)) {
      return signIn.use(id).map(AgentSession::lastUsedAt);
    }
  }
}
