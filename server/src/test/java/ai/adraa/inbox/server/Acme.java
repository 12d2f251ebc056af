package ai.adraa.inbox.server;

import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.AgentSession;
import ai.adraa.inbox.server.account.Membership;
import ai.adraa.inbox.server.account.SignInStore;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenService;
import ai.adraa.inbox.server.token.TokenUse;
import ai.adraa.inbox.server.token.UsageStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A new SQLite database with the workspace acme and its admin Ada, and the services on it, without
 * an HTTP server. The clock stands still until a test moves it.
 */
public final class Acme extends Clock implements AutoCloseable {
  public static final AuditEvent.Source OPERATOR = AuditEvent.Source.commandLine();
  public static final String ADA = "ada@acme.example";

  private final Path directory;
  private volatile Instant now = Instant.parse("2026-06-14T08:00:00.123Z");

  public final Database database;
  public final WorkspaceStore workspaces;
  public final SignInStore signIn;
  public final LastUse<TokenUse> lastUse;
  public final TokenService tokens;
  public final String id;
  public final Agent ada;

  public Acme() {
    this(newDirectory());
  }

  private Acme(Path directory) {
    this.directory = directory;
    database = Databases.open(new DatabaseLocation(file().toString()));
    workspaces = new WorkspaceStore(database, this);
    signIn = new SignInStore(database);
    lastUse = new UsageStore(database).lastUse();
    tokens = new TokenService(database, lastUse, this);
    id =
        workspaces.list().isEmpty()
            ? workspaces.create("acme", ADA, OPERATOR)
            : workspaces.requireId("acme");
    ada = workspaces.firstAdmin(id);
  }

  private static Path newDirectory() {
    try {
      return Files.createTempDirectory("acme");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the database file. */
  public Path file() {
    return directory.resolve("inbox.db");
  }

  /** Opens the database again; a test has closed it, and may have changed the file. */
  public Acme reopened() {
    return new Acme(directory);
  }

  /** Adds a member and returns the account. */
  public Agent member(String email, Membership.Role role) {
    return workspaces.addAgent("acme", email, Optional.empty(), role, OPERATOR);
  }

  /** Signs an agent in and returns the id of the session. */
  public Secret session(Agent agent) {
    Secret session = Secret.newSessionId();
    signIn.createSession(agent.id(), session, List.of(), now, OPERATOR);
    return session;
  }

  /** Returns an agent of the console, with the role that the database knows when it writes. */
  public Admin caller(Agent agent) {
    AgentSession session = signIn.findSession(session(agent)).orElseThrow();
    return new Admin(
        new Token.Actor(agent.id(), agent.nickname()), Optional.of(session.idHash()), OPERATOR);
  }

  /** Creates a token of acme in Ada's name. */
  public Token.Created token(String name) {
    return token(id, name);
  }

  /** Creates a token of any workspace in Ada's name. */
  public Token.Created token(String workspace, String name) {
    return tokens.create(
        workspace,
        Token.Properties.named(name),
        Admin.onCommandLine(new Token.Actor(ada.id(), ada.nickname())));
  }

  /** Returns the recorded events with this action, newest first. */
  public List<AuditStore.Entry> events(String action) {
    List<AuditStore.Entry> events = new ArrayList<>();
    new AuditStore(database)
        .list(
            new AuditStore.Filter(
                Optional.empty(),
                Optional.of(action),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            Long.MAX_VALUE,
            events::add);
    return events;
  }

  public void advance(Duration time) {
    now = now.plus(time);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    database.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
