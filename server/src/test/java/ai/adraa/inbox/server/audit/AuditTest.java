package ai.adraa.inbox.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.AgentSession;
import ai.adraa.inbox.server.account.Membership;
import ai.adraa.inbox.server.account.SignInStore;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenService;
import ai.adraa.inbox.server.token.TokenStore;
import ai.adraa.inbox.server.token.UsageStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is done and the record of it are one: neither is ever there without the other. */
class AuditTest {
  private static final Duration LIFETIME = Duration.ofMinutes(10);
  private static final AuditEvent.Source OPERATOR = AuditEvent.Source.commandLine();

  private Database database;
  private WorkspaceStore workspaces;
  private TokenStore tokens;
  private TokenService service;
  private SignInStore signIn;
  private String workspaceId;
  private Agent admin;
  private Token.Created token;

  @BeforeEach
  void open(@TempDir Path directory) {
    database = Databases.open(new DatabaseLocation(directory.resolve("inbox.db").toString()));
    workspaces = new WorkspaceStore(database, Clock.systemUTC());
    workspaceId = workspaces.create("acme", "ada@acme.example", OPERATOR);
    admin = workspaces.firstAdmin(workspaceId);
    tokens = new TokenStore(database);
    service = new TokenService(database, new UsageStore(database).lastUse(), Clock.systemUTC());
    signIn = new SignInStore(database);
    token = create("CRM integration");
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void whatCannotBeRecordedIsNotDone() {
    workspaces.addAgent(
        "acme", "bob@acme.example", Optional.empty(), Membership.Role.ADMIN, OPERATOR);
    Secret sessionId = Secret.newSessionId();
    AgentSession session =
        signIn.createSession(admin.id(), sessionId, List.of(), Instant.now(), OPERATOR);
    Secret code = new Secret("123456");
    Instant now = Instant.now();
    signIn.replaceCode("ada@acme.example", code, now, now.plus(LIFETIME));
    execute(
        """
        CREATE TRIGGER refuse_records BEFORE INSERT ON audit_event
        BEGIN SELECT RAISE(ABORT, 'no more records'); END
        """);
    List<Object> before = rows();

    for (Runnable act :
        List.<Runnable>of(
            () -> create("unrecorded"),
            () ->
                service.revoke(
                    workspaceId,
                    token.token().id(),
                    Admin.onCommandLine(new Token.Actor(admin.id(), admin.nickname()))),
            () -> workspaces.create("globex", "eve@globex.example", OPERATOR),
            () ->
                workspaces.addAgent(
                    "acme", "eve@x.example", Optional.empty(), Membership.Role.AGENT, OPERATOR),
            () -> workspaces.removeAgent("acme", "ada@acme.example", OPERATOR),
            () ->
                workspaces.changeRole("acme", "ada@acme.example", Membership.Role.AGENT, OPERATOR),
            () ->
                signIn.createSession(
                    admin.id(), Secret.newSessionId(), List.of(sessionId), Instant.now(), OPERATOR),
            () -> signIn.deleteSession(session, List.of(), Instant.now(), OPERATOR),
            () ->
                signIn.useCode(
                    "ada@acme.example", new Secret("000000"), Instant.now(), LIFETIME, OPERATOR))) {
      assertThatThrownBy(act::run).hasStackTraceContaining("no more records");
    }

    assertThat(rows()).isEqualTo(before);
    assertThat(tokens.findActive(token.secret().hash(), Instant.now()))
        .as("not revoked")
        .isPresent();
    assertThat(signIn.findSession(sessionId)).as("not signed out").isPresent();
  }

  @Test
  void whatIsNotDoneIsNotRecorded() {
    execute(
        """
        CREATE TRIGGER refuse_tokens BEFORE INSERT ON api_token
        BEGIN SELECT RAISE(ABORT, 'no more tokens'); END
        """);
    // After the record is written, if it were written first.
    execute(
        """
        CREATE TRIGGER refuse_members AFTER INSERT ON membership
        BEGIN SELECT RAISE(ABORT, 'no more members'); END
        """);
    service.revoke(
        workspaceId,
        token.token().id(),
        Admin.onCommandLine(new Token.Actor(admin.id(), admin.nickname())));
    List<AuditStore.Entry> before = events();

    assertThatThrownBy(() -> create("refused")).hasStackTraceContaining("no more tokens");
    assertThatThrownBy(() -> workspaces.create("globex", "eve@globex.example", OPERATOR))
        .hasStackTraceContaining("no more members");
    service.revoke(
        workspaceId,
        token.token().id(),
        Admin.onCommandLine(new Token.Actor(admin.id(), admin.nickname())));
    workspaces.changeRole("acme", "ada@acme.example", Membership.Role.ADMIN, OPERATOR);
    assertThat(
            signIn.useCode("ada@acme.example", new Secret("1"), Instant.now(), LIFETIME, OPERATOR))
        .isEmpty();
    assertThatThrownBy(() -> workspaces.removeAgent("acme", "ada@acme.example", OPERATOR))
        .isInstanceOf(OperatorException.class);

    assertThat(events()).isEqualTo(before);
    assertThat(before.get(0).action()).isEqualTo("token-revoked");
  }

  /** In many containers the user is not in /etc/passwd. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void anOperatorWithoutANameIsRecordedByNumber(@TempDir Path directory) throws Exception {
    String name = System.getProperty("user.name");
    System.setProperty("user.name", "?");
    try {
      assertThat(AuditEvent.Source.commandLine().osUser())
          .contains("uid " + Files.getAttribute(directory, "unix:uid"));
    } finally {
      System.setProperty("user.name", name);
    }
    assertThat(AuditEvent.Source.commandLine().osUser()).contains(name);
  }

  @Test
  void itIsOnlyAddedTo() {
    for (String change :
        List.of(
            "UPDATE audit_event SET os_user = 'somebody else'",
            "DELETE FROM audit_event",
            "DELETE FROM audit_event WHERE id = 1")) {
      assertThatThrownBy(() -> execute(change))
          .hasStackTraceContaining("The audit trail is only added to");
    }
    assertThat(events()).hasSize(3);
  }

  @Test
  void aWorkspaceKeepsAnAdminWhateverTheProgramDoes() {
    for (String change :
        List.of("DELETE FROM membership", "UPDATE membership SET role = 'agent'")) {
      assertThatThrownBy(() -> execute(change))
          .hasStackTraceContaining("A workspace keeps at least one admin");
    }
  }

  @Test
  void aListIsReadOneByOneAndStopsWhenItsReaderHasEnough() {
    execute(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT INTO audit_event (at, action, channel) SELECT i, 'sign-in', 'console' FROM n
        """);
    List<AuditStore.Entry> read = new ArrayList<>();
    new AuditStore(database)
        .list(
            AuditStore.Filter.ALL,
            Long.MAX_VALUE,
            entry -> {
              read.add(entry);
              return read.size() < 3;
            });
    assertThat(read)
        .extracting(entry -> entry.at().toEpochMilli())
        .as("newest first")
        .containsExactly(100000L, 99999L, 99998L);
  }

  @Test
  void aPeriodBeginsWithSinceAndEndsBeforeUntil() {
    execute(
        """
        INSERT INTO audit_event (at, action, channel)
        VALUES (999, 'sign-in', 'console'), (1000, 'sign-in', 'console'),
          (1999, 'sign-in', 'console'), (2000, 'sign-in', 'console')
        """);
    List<Long> read = new ArrayList<>();

    new AuditStore(database)
        .list(
            new AuditStore.Filter(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Instant.ofEpochMilli(1000)),
                Optional.of(Instant.ofEpochMilli(2000))),
            Long.MAX_VALUE,
            entry -> read.add(entry.at().toEpochMilli()));

    assertThat(read).containsExactly(1999L, 1000L);
  }

  @Test
  void whoReadsAListWithPausesDoesNotMakeTheLogGrow() {
    execute(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        INSERT INTO audit_event (at, action, channel) SELECT i, 'sign-in', 'console' FROM n
        """);
    List<Long> busy = new ArrayList<>();
    List<Long> read = new ArrayList<>();

    new AuditStore(database)
        .list(
            AuditStore.Filter.ALL,
            2200,
            entry -> {
              if (read.size() % 1500 == 0) {
                create("meanwhile");
                busy.add(checkpoint());
              }
              return read.add(entry.at().toEpochMilli());
            });

    assertThat(busy).as("the log could begin anew at each pause").containsExactly(0L, 0L);
    assertThat(read)
        .as("each once, without those that came meanwhile")
        .containsExactlyElementsOf(LongStream.range(0, 2200).mapToObj(i -> 2500 - i).toList());
  }

  private long checkpoint() {
    return database.read(
        handle -> handle.createQuery("PRAGMA wal_checkpoint(TRUNCATE)").mapTo(Long.class).one());
  }

  private Token.Created create(String name) {
    return service.create(
        workspaceId,
        Token.Properties.named(name),
        Admin.onCommandLine(new Token.Actor(admin.id(), admin.nickname())));
  }

  private List<AuditStore.Entry> events() {
    List<AuditStore.Entry> events = new ArrayList<>();
    new AuditStore(database).list(AuditStore.Filter.ALL, Long.MAX_VALUE, events::add);
    return events;
  }

  private List<Object> rows() {
    return List.of("workspace", "agent", "membership", "api_token", "session", "sign_in_code")
        .stream()
        .<Object>map(
            table ->
                database.<List<List<Object>>>read(
                    handle ->
                        handle
                            .createQuery("SELECT * FROM " + table)
                            .map(
                                (row, context) -> {
                                  List<Object> values = new ArrayList<>();
                                  for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                                    values.add(String.valueOf(row.getString(i)));
                                  }
                                  return values;
                                })
                            .list()))
        .toList();
  }

  private void execute(String sql) {
    database.write(handle -> handle.execute(sql));
  }
}
