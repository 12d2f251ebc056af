package ai.adraa.inbox.conformance.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.server.InboxServer;
import ai.adraa.inbox.server.ServerOptions;
import ai.adraa.inbox.server.cli.Main;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.http.ListenAddress;
import ai.adraa.inbox.server.http.TrustedProxies;
import ai.adraa.inbox.server.limit.RateLimit;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import io.restassured.RestAssured;
import io.restassured.builder.RequestSpecBuilder;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * The production wiring on a free port, with a database of its own and a real SMTP server. What an
 * operator does, tests do by the command line, on the running server's database: a SQLite file, or
 * with {@code -Dpostgres=true} one of PostgreSQL.
 */
public final class TestInbox implements AutoCloseable {
  /** Signed in as an agent of one workspace. */
  public record SignedIn(String session, String agentId, String workspaceId) {}

  /** A new token as its creator sees it. */
  public record NewToken(String id, String secret) {}

  static {
    // An idle connection keeps a server that stops from ending for seconds.
    RestAssured.filters(
        (request, response, context) ->
            context.next(request.replaceHeader("Connection", "close"), response));
  }

  private static final Pattern CODE = Pattern.compile("(?m)^ +([0-9]{6})\\s*$");

  private static final boolean POSTGRES = Boolean.getBoolean("postgres");

  private final Path directory;
  private final String location;
  private final GreenMail mail;
  private final InboxServer server;

  private TestInbox(
      Optional<String> database,
      Optional<URI> publicUrl,
      Optional<RateLimit> rateLimit,
      Optional<RateLimit> signInLimit,
      List<String> proxies,
      Clock clock) {
    try {
      directory = Files.createTempDirectory("adraa-inbox-conformance");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    location =
        database.orElseGet(
            () ->
                POSTGRES
                    ? Postgres.shared().url(Postgres.shared().newDatabase())
                    : directory.resolve("inbox.db").toString());
    ServerSetup smtp = new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP);
    mail = new GreenMail(smtp);
    mail.start();
    server =
        InboxServer.start(
            ServerOptions.on(new DatabaseLocation(location))
                .management(Optional.of(new ListenAddress("127.0.0.1", 0)))
                .publicUrl(publicUrl)
                .trustedProxies(TrustedProxies.of(proxies))
                .rateLimit(rateLimit)
                .signInLimit(signInLimit)
                .smtp(Optional.of("smtp://127.0.0.1:" + mail.getSmtp().getPort()))
                .mailFrom("inbox@adraa.example")
                .build(),
            clock);
  }

  /** Starts without a limit for each IP address. */
  public static TestInbox start() {
    return startWithClock(Clock.systemUTC());
  }

  public static TestInbox startWithSignInLimit(String limit, String... trustedProxies) {
    return new TestInbox(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        RateLimit.parse(limit),
        List.of(trustedProxies),
        Clock.systemUTC());
  }

  public static TestInbox startWithRateLimit(String limit, String... trustedProxies) {
    return new TestInbox(
        Optional.empty(),
        Optional.empty(),
        RateLimit.parse(limit),
        Optional.empty(),
        List.of(trustedProxies),
        Clock.systemUTC());
  }

  public static TestInbox startWithClock(Clock clock) {
    return new TestInbox(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), clock);
  }

  /** On a database that others use as well. */
  public static TestInbox startOn(String location) {
    return new TestInbox(
        Optional.of(location),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Clock.systemUTC());
  }

  public static TestInbox startWithPublicUrl(String publicUrl) {
    return new TestInbox(
        Optional.empty(),
        Optional.of(URI.create(publicUrl)),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Clock.systemUTC());
  }

  /**
   * Leaves a database with the workspace acme, for servers in processes of their own. Signing in
   * needs mail, which this fixture has; the session outlives its server.
   */
  public static SignedIn prepare(Path database) {
    return prepare(database.toString());
  }

  /** As the other, on any database. */
  public static SignedIn prepare(String location) {
    try (TestInbox inbox = startOn(location)) {
      return inbox.workspace("acme");
    }
  }

  public URI url() {
    return server.url();
  }

  public URI managementUrl() {
    return server.managementUrl().orElseThrow();
  }

  /** The file, which tests of {@code @Tag("sqlite")} have. */
  public Path database() {
    assertThat(location).doesNotStartWith("jdbc:");
    return Path.of(location);
  }

  /** To the database, beside the server. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(
        location.startsWith("jdbc:") ? location : "jdbc:sqlite:" + location);
  }

  /** The file or JDBC URL. */
  public String location() {
    return location;
  }

  public GreenMail mail() {
    return mail;
  }

  /** Stops the server; the database stays until {@link #close}. */
  public void stopServer() {
    server.close();
  }

  /** Runs a command on the database, requires that it succeeds and returns its stdout. */
  public String command(String... arguments) {
    Tool.Finished done = run(arguments);
    assertThat(done.exitCode()).as(done.err()).isZero();
    return done.out().strip();
  }

  /** Runs a command on the database, requires that it cannot be done and returns why. */
  public String refused(String... arguments) {
    Tool.Finished done = run(arguments);
    assertThat(done.exitCode()).isEqualTo(1);
    assertThat(done.out()).isEmpty();
    return done.err().strip();
  }

  /** Runs a command on the database. */
  public Tool.Finished run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] all =
        Stream.concat(Arrays.stream(arguments), Stream.of("--database", location))
            .toArray(String[]::new);
    int exitCode = commandLine.execute(all);
    return new Tool.Finished(exitCode, out.toString(), err.toString());
  }

  /** Creates a workspace with an admin of the same name, and signs the admin in. */
  public SignedIn workspace(String name) {
    String email = "admin@" + name + ".example";
    command("workspace", "create", "--name", name, "--admin", email);
    return signIn(email);
  }

  /** Adds a member who is no admin, and signs the member in. */
  public SignedIn agent(String workspace, String email) {
    command("agent", "add", "--workspace", workspace, "--email", email);
    return signIn(email);
  }

  /** Signs in as people do: asks for a code, reads the mail, enters the code. */
  public SignedIn signIn(String email) {
    String code = requestCode(email);
    Response response =
        request()
            .contentType(ContentType.JSON)
            .body(Map.of("email", email, "code", code))
            .post("/api/v1/session");
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(201);
    return new SignedIn(
        response.cookie("adraa_session"),
        response.path("session.agent.id"),
        response.path("session.workspaces[0].id"));
  }

  /** Requests a code and waits for the mail that brings it. */
  public String requestCode(String email) {
    return codeMailedBy(
        () ->
            request()
                .contentType(ContentType.JSON)
                .body(Map.of("email", email))
                .post("/api/v1/sign-in-codes")
                .then()
                .statusCode(202));
  }

  /** The code in the mail that the request leads to. */
  public String codeMailedBy(Runnable request) {
    return codeMailedBy(request, () -> true);
  }

  /** The code in the mail that the request leads to; fails once there is no more hope of it. */
  public String codeMailedBy(Runnable request, BooleanSupplier hope) {
    int before = mail.getReceivedMessages().length;
    request.run();
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> mail.getReceivedMessages().length > before || !hope.getAsBoolean());
    MimeMessage[] messages = mail.getReceivedMessages();
    assertThat(messages).as("mail arrived").hasSizeGreaterThan(before);
    Matcher code = CODE.matcher(GreenMailUtil.getBody(messages[messages.length - 1]));
    assertThat(code.find()).isTrue();
    return code.group(1);
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

  /** A request by anyone; each response is held against the contract. */
  public RequestSpecification request() {
    return RestAssured.given(
        new RequestSpecBuilder().setBaseUri(url()).addFilter(new ContractFilter()).build());
  }

  /** A request with the session. */
  public RequestSpecification request(SignedIn caller) {
    return request().cookie("adraa_session", caller.session());
  }

  @Override
  public void close() {
    server.close();
    mail.stop();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
