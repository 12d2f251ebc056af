package ai.adraa.inbox.conformance.support;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.server.InboxServer;
import ai.adraa.inbox.server.ServerOptions;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.http.ListenAddress;
import ai.adraa.inbox.server.http.Listener;
import ai.adraa.inbox.server.http.TlsFiles;
import ai.adraa.inbox.server.http.TrustedProxies;
import ai.adraa.inbox.server.limit.RateLimit;
import io.restassured.RestAssured;
import io.restassured.builder.RequestSpecBuilder;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The server in its production wiring on a free port, with its own database and a real mail server.
 * The database is a SQLite file, or with {@code -Dpostgres=true} a PostgreSQL database. JUnit's
 * {@link org.junit.jupiter.api.AutoClose} ends it:
 *
 * <pre>{@code
 * @AutoClose private static final TestInbox inbox = TestInbox.start(); // for the class
 * @AutoClose private final TestInbox inbox = TestInbox.start(); // for each test
 * }</pre>
 */
public final class TestInbox implements AutoCloseable {
  /** Signed in as an agent of one workspace. */
  public record SignedIn(String session, String agentId, String workspaceId) {}

  /** A new token as its creator sees it. */
  public record NewToken(String id, String secret) {}

  static {
    // Only a failing test waits that long; a busy machine needs more than the default of 10 s.
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    // As Main does, so that Jersey's log is in the server's.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    // A connection that the client leaves open delays the stop of the server by seconds.
    RestAssured.filters(
        (request, ignored, context) -> {
          Response response = context.next(request.replaceHeader("Connection", "close"), ignored);
          response.asByteArray();
          return response;
        });
  }

  private static final boolean POSTGRES = Boolean.getBoolean("postgres");

  private final Path directory;
  private final String location;
  private final Mailbox mail = Mailbox.start();
  private final InboxServer server;

  private TestInbox(Builder options) {
    try {
      directory = Files.createTempDirectory("adraa-inbox-conformance");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    location = options.location.orElseGet(this::newDatabase);
    server =
        InboxServer.start(
            ServerOptions.on(new DatabaseLocation(location))
                .management(Optional.of(new ListenAddress("127.0.0.1", 0)))
                .idleTimeout(options.idleTimeout)
                .publicUrl(options.publicUrl)
                .trustedProxies(options.trustedProxies)
                .rateLimit(options.rateLimit)
                .signInLimit(options.signInLimit)
                .smtp(Optional.of("smtp://127.0.0.1:" + options.mailPort.orElse(mail.port())))
                .mailFrom(options.mailFrom)
                .tls(options.tls)
                .gitHubKeys(options.gitHubKeys)
                .build(),
            options.clock);
  }

  private String newDatabase() {
    return POSTGRES
        ? Postgres.shared().url(Postgres.shared().newDatabase())
        : directory.resolve("inbox.db").toString();
  }

  /** Starts a server with a database of its own and without limits. */
  public static TestInbox start() {
    return builder().start();
  }

  /** Returns a builder for a server that is set up differently from {@link #start()}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts a {@link TestInbox}. */
  public static final class Builder {
    private Optional<String> location = Optional.empty();
    private Duration idleTimeout = Listener.IDLE_TIMEOUT;
    private Optional<URI> publicUrl = Optional.empty();
    private Optional<RateLimit> rateLimit = Optional.empty();
    private Optional<RateLimit> signInLimit = Optional.empty();
    private TrustedProxies trustedProxies = TrustedProxies.NONE;
    private Optional<String> mailFrom = Optional.of("inbox@adraa.example");
    private Optional<Integer> mailPort = Optional.empty();
    private Optional<TlsFiles> tls = Optional.empty();
    private Optional<String> gitHubKeys = Optional.empty();
    private Clock clock = Clock.systemUTC();

    private Builder() {}

    /** A file or JDBC URL of a database that outlives the server. */
    public Builder database(String value) {
      location = Optional.of(value);
      return this;
    }

    public Builder idleTimeout(Duration value) {
      idleTimeout = value;
      return this;
    }

    public Builder publicUrl(String value) {
      publicUrl = Optional.of(URI.create(value));
      return this;
    }

    public Builder rateLimit(String value) {
      rateLimit = RateLimit.parse(value);
      return this;
    }

    public Builder signInLimit(String value) {
      signInLimit = RateLimit.parse(value);
      return this;
    }

    public Builder trustedProxies(String... values) {
      trustedProxies = TrustedProxies.of(List.of(values));
      return this;
    }

    public Builder mailFrom(Optional<String> value) {
      mailFrom = value;
      return this;
    }

    /** A port for mail other than that of {@link TestInbox#mail}. */
    public Builder mailPort(int value) {
      mailPort = Optional.of(value);
      return this;
    }

    public Builder tls(TlsFiles value) {
      tls = Optional.of(value);
      return this;
    }

    public Builder gitHubKeys(Path value) {
      gitHubKeys = Optional.of(value.toString());
      return this;
    }

    public Builder clock(Clock value) {
      clock = value;
      return this;
    }

    public TestInbox start() {
      return new TestInbox(this);
    }
  }

  /**
   * Creates a database with the workspace acme for servers that run as processes, which have no
   * mail server. The session that it returns outlives the server that created it.
   */
  public static SignedIn prepare(Path database) {
    return prepare(database.toString());
  }

  /** As {@link #prepare(Path)}, on any database. */
  public static SignedIn prepare(String location) {
    try (TestInbox inbox = builder().database(location).start()) {
      return inbox.workspace("acme");
    }
  }

  public URI url() {
    return server.url();
  }

  public URI managementUrl() {
    return server.managementUrl().orElseThrow();
  }

  /** The database file; only in tests with {@code @Tag("sqlite")}. */
  public Path database() {
    assertThat(location).doesNotStartWith("jdbc:");
    return Path.of(location);
  }

  /** Connects to the database directly, not through the server. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(
        location.startsWith("jdbc:") ? location : "jdbc:sqlite:" + location);
  }

  public Mailbox mail() {
    return mail;
  }

  /** Stops the server; the database stays until {@link #close}. */
  public void stopServer() {
    server.close();
  }

  /** Runs a command on the database, requires that it succeeds and returns its stdout. */
  public String command(String... arguments) {
    return run(arguments).succeeded().out().strip();
  }

  /** Runs a command on the database, requires that it fails and returns its error message. */
  public String refused(String... arguments) {
    Tool.Finished done = run(arguments);
    assertThat(done.exitCode()).isEqualTo(1);
    assertThat(done.out()).isEmpty();
    return done.err().strip();
  }

  /** Runs a command on the database. */
  public Tool.Finished run(String... arguments) {
    return Command.run(
        Stream.concat(Arrays.stream(arguments), Stream.of("--database", location))
            .toArray(String[]::new));
  }

  /** Creates a workspace with an admin of the same name, and signs the admin in. */
  public SignedIn workspace(String name) {
    String email = "admin@" + name + ".example";
    command("workspace", "create", "--name", name, "--admin", email);
    return signIn(email);
  }

  /** Adds a member who is not an admin, and signs the member in. */
  public SignedIn agent(String workspace, String email) {
    command("agent", "add", "--workspace", workspace, "--email", email);
    return signIn(email);
  }

  /** Signs in: requests a code, reads the mail, enters the code. */
  public SignedIn signIn(String email) {
    String code = requestCode(email);
    Response response = enterCode(request(), email, code);
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(201);
    return new SignedIn(
        response.cookie("adraa_session"),
        response.path("session.agent.id"),
        response.path("session.workspaces[0].id"));
  }

  /** Signs in like a program, with a secret for the Authorization header. */
  public SignedIn signInForBearer(String email) {
    Response response =
        request()
            .contentType(ContentType.JSON)
            .body(Map.of("email", email, "code", requestCode(email), "credential", "bearer"))
            .post("/api/v1/session");
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(201);
    return new SignedIn(
        response.path("secret"),
        response.path("session.agent.id"),
        response.path("session.workspaces[0].id"));
  }

  /** Requests a sign-in code and waits for the mail that contains it. */
  public String requestCode(String email) {
    return mail.codeMailedBy(() -> requestCode(request(), email).then().statusCode(202));
  }

  /** Sends this request for a sign-in code and returns the response. */
  public static Response requestCode(RequestSpecification request, String email) {
    return request
        .contentType(ContentType.JSON)
        .body(Map.of("email", email))
        .post("/api/v1/sign-in-codes");
  }

  /** Sends this request to sign in with a code and returns the response. */
  public static Response enterCode(RequestSpecification request, String email, String code) {
    return request
        .contentType(ContentType.JSON)
        .body(Map.of("email", email, "code", code))
        .post("/api/v1/session");
  }

  public NewToken createToken(SignedIn admin, String name) {
    Response response =
        request(admin)
            .contentType(ContentType.JSON)
            .body(Map.of("name", name))
            .post("/api/v1/workspaces/{id}/tokens", admin.workspaceId());
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(201);
    return new NewToken(response.path("token.id"), response.path("secret"));
  }

  public Response revoke(SignedIn admin, String tokenId) {
    return request(admin)
        .post("/api/v1/workspaces/{id}/tokens/{token}/revoke", admin.workspaceId(), tokenId);
  }

  public Response verify(String secret) {
    return request().header("Authorization", "Bearer " + secret).get("/api/v1/me");
  }

  /** A request without credentials; its response is checked against the contract. */
  public RequestSpecification request() {
    return RestAssured.given(
        new RequestSpecBuilder().setBaseUri(url()).addFilter(new ContractFilter()).build());
  }

  /** The path of the folder in which the server has the console's files, with the final slash. */
  public String assets() {
    Matcher folder =
        Pattern.compile("/app/assets/[0-9a-f]{16}/").matcher(request().get("/app").asString());
    assertThat(folder.find()).as("the console's page names the folder of its files").isTrue();
    return folder.group();
  }

  /** A request with this session, in a cookie or in the Authorization header. */
  public RequestSpecification request(SignedIn caller) {
    return caller.session().startsWith("adraa_session_")
        ? request().header("Authorization", "Bearer " + caller.session())
        : request().cookie("adraa_session", caller.session());
  }

  @Override
  public void close() {
    server.close();
    mail.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
