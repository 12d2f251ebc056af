package ai.adraa.inbox.server;

import ai.adraa.inbox.server.model.CreateTokenRequest;
import ai.adraa.inbox.server.model.SignInCodeRequest;
import ai.adraa.inbox.server.model.SignedInAgent;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * The command line. Exit code 0 for success, 1 for what could not be done, 2 for wrong use; results
 * go to stdout, everything else to stderr.
 */
@Command(
    name = "adraa-inbox-server",
    description = {
      "Workspace API tokens for the Adraa Inbox API: issue, verify and revoke them.",
      "",
      "Begin with a trial:",
      "  java -jar adraa-inbox-server.jar demo",
      "or with a workspace of your own:",
      "  java -jar adraa-inbox-server.jar workspace create --name acme --admin ada@acme.example",
      "  java -jar adraa-inbox-server.jar serve",
      "All commands work on the database while the server runs on it.",
      ""
    },
    subcommands = {
      Main.Serve.class,
      Main.Demo.class,
      Main.Health.class,
      Main.WorkspaceCommands.class,
      Main.AgentCommands.class,
      Main.TokenCommands.class,
      DatabaseCommands.AuditCommands.class,
      DatabaseCommands.BackupCommand.class,
      DatabaseCommands.RestoreCommand.class,
      DatabaseCommands.CheckCommand.class,
      DatabaseCommands.CopyCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Main.Version.class,
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Each option can be an environment variable: --mail-from is ADRAA_MAIL_FROM.",
      "COMMAND --help explains a command."
    })
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);
  private static final Clock CLOCK = Clock.systemUTC();
  private static final Pattern SLUG = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private Main() {}

  public static void main(String... arguments) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    int exitCode = commandLine().execute(arguments);
    writeRestOfLog();
    System.exit(exitCode);
  }

  /** The last act of the process: the log is written in threads that do not keep it alive. */
  private static void writeRestOfLog() {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
  }

  /**
   * The whole command line, with its answers to wrong use and failures; {@code serve} and {@code
   * demo} return when the process is told to stop.
   */
  public static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setParameterExceptionHandler(Main::wrongUse)
        .setExecutionExceptionHandler(Main::failed)
        .setUsageHelpWidth(100);
  }

  private static int wrongUse(ParameterException failure, String[] arguments) {
    CommandLine commandLine = failure.getCommandLine();
    String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("Wrong use");
    commandLine
        .getErr()
        .println(message + ". See: " + commandLine.getCommandSpec().qualifiedName() + " --help");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    if (failure instanceof UserException || failure instanceof DatabaseUnavailableException) {
      err.println(failure.getMessage());
    } else {
      LOG.error("The command failed", failure);
      err.println("The command failed; the reason is logged above");
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {InboxServer.version()};
    }
  }

  /** Where the tokens are. */
  static final class DatabaseOption {
    @Option(
        names = "--database",
        paramLabel = "FILE",
        defaultValue = "${env:ADRAA_DATABASE:-adraa-inbox.db}",
        description =
            "SQLite file, created if it is not there, or a JDBC URL: jdbc:sqlite:FILE,"
                + " jdbc:postgresql://HOST/NAME (default: adraa-inbox.db).")
    String location;
  }

  /** How the server runs, apart from its database. */
  static final class ServerOptions {
    @Option(
        names = "--host",
        defaultValue = "${env:ADRAA_HOST:-127.0.0.1}",
        description = "Address to listen on; 0.0.0.0 for all (default: 127.0.0.1).")
    String host;

    @Option(
        names = "--port",
        defaultValue = "${env:ADRAA_PORT:-8080}",
        converter = PortConverter.class,
        description = "Port to listen on; 0 for any that is free (default: 8080).")
    int port;

    @Option(
        names = "--smtp",
        paramLabel = "URL",
        defaultValue = "${env:ADRAA_SMTP}",
        description = {
          "Mail server for sign-in codes, smtp://[user:password@]host:port or smtps://.",
          "Without one, mail is printed to the log. Give a password by ADRAA_SMTP: a command line is"
              + " readable by others."
        })
    @Nullable String smtp;

    @Option(
        names = "--mail-from",
        paramLabel = "ADDRESS",
        defaultValue = "${env:ADRAA_MAIL_FROM:-no-reply@localhost}",
        description = "Sender of the mail (default: no-reply@localhost).")
    String mailFrom;

    @Option(
        names = "--public-url",
        paramLabel = "URL",
        defaultValue = "${env:ADRAA_PUBLIC_URL}",
        converter = UrlConverter.class,
        description = {
          "Where browsers find the server, such as https://inbox.example.",
          "With https the session cookie is Secure (default: the address it listens on)."
        })
    @Nullable URI publicUrl;

    @Option(
        names = "--rate-limit",
        paramLabel = "LIMIT",
        defaultValue = "${env:ADRAA_RATE_LIMIT:-100/min}",
        converter = RateLimitConverter.class,
        description = {
          "Requests to the API from one IP address: N/s, N/min, N/h, or off where a gateway limits"
              + " them (default: 100/min)."
        })
    @Nullable RateLimit rateLimit;

    @Option(
        names = "--tls-certificate",
        paramLabel = "FILE",
        defaultValue = "${env:ADRAA_TLS_CERTIFICATE}",
        description = {
          "PEM certificate with its chain: the server speaks HTTPS, HTTP/2 and HTTP/1.1.",
          "Read again when it changes."
        })
    @Nullable Path tlsCertificate;

    @Option(
        names = "--tls-key",
        paramLabel = "FILE",
        defaultValue = "${env:ADRAA_TLS_KEY}",
        description = "PEM private key of the certificate, not encrypted.")
    @Nullable Path tlsKey;

    @Option(
        names = "--sign-in-limit",
        paramLabel = "LIMIT",
        defaultValue = "${env:ADRAA_SIGN_IN_LIMIT:-100/h}",
        converter = RateLimitConverter.class,
        description = {
          "Sign-in codes asked for, and tries of one, from one IP address: N/s, N/min, N/h, or off"
              + " (default: 100/h).",
          "Those for one email are limited in any case."
        })
    @Nullable RateLimit signInLimit;

    @Option(
        names = "--trusted-proxies",
        paramLabel = "CIDR",
        split = ",",
        defaultValue = "${env:ADRAA_TRUSTED_PROXIES}",
        description = {
          "Addresses or networks of the proxies in front, separated by commas, such as"
              + " 10.0.0.7,fd00::/8.",
          "The caller's address is taken from their X-Forwarded-For, and from no other's."
        })
    @Nullable List<String> trustedProxies;

    @Option(
        names = "--management-host",
        paramLabel = "HOST",
        defaultValue = "${env:ADRAA_MANAGEMENT_HOST:-127.0.0.1}",
        description = "Address on which health and metrics are (default: 127.0.0.1).")
    String managementHost;

    @Option(
        names = "--management-port",
        paramLabel = "PORT",
        defaultValue = "${env:ADRAA_MANAGEMENT_PORT}",
        converter = ManagementPortConverter.class,
        description =
            "Port of /health/live, /health/ready and /metrics; 0 for any that is free, or off"
                + " (default: 8081; off for a demo).")
    @Nullable OptionalInt managementPort;

    @Option(
        names = "--access-log",
        arity = "1",
        paramLabel = "on|off",
        defaultValue = "${env:ADRAA_ACCESS_LOG}",
        converter = SwitchConverter.class,
        description = {
          "Whether each request is logged, without its query, headers and body",
          "(default: on; off for a demo)."
        })
    @Nullable String accessLog;

    @Option(
        names = "--log-format",
        paramLabel = "text|json",
        defaultValue = "${env:ADRAA_LOG_FORMAT:-text}",
        converter = LogFormatConverter.class,
        description = "Lines for people, or a JSON object on each (default: text).")
    String logFormat;

    @Option(
        names = "--database-read",
        paramLabel = "URL",
        defaultValue = "${env:ADRAA_DATABASE_READ}",
        description = {
          "JDBC URL of a hot standby of PostgreSQL, where this node verifies tokens.",
          "The primary must wait for it: see Scale in the README (default: the primary)."
        })
    @Nullable String databaseRead;

    @Option(
        names = "--standby-name",
        paramLabel = "NAME",
        defaultValue = "${env:ADRAA_STANDBY_NAME}",
        description =
            "Its application_name, by which the primary waits for it (default: its cluster_name).")
    @Nullable String standbyName;

    @Option(
        names = "--standby-lease",
        paramLabel = "SECONDS",
        defaultValue = "${env:ADRAA_STANDBY_LEASE:-3}",
        converter = LeaseConverter.class,
        description = {
          "How long the standby is read from after it was last seen to follow the primary.",
          "While it does not, a token is valid for so long that another node revoked after you took"
              + " the standby out of synchronous_standby_names (default: 3)."
        })
    Duration standbyLease;

    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    /** A server that is watched: what the operator does not switch off is on. */
    InboxServer serve(String database) {
      return start(database, OptionalInt.of(8081), true);
    }

    /** A server on a terminal, of which several may run. */
    InboxServer demo(String database) {
      return start(database, OptionalInt.empty(), false);
    }

    private InboxServer start(
        String database, OptionalInt defaultManagementPort, boolean defaultAccessLog) {
      TrustedProxies proxies = trustedProxies();
      logAs(logFormat);
      OptionalInt management = managementPort == null ? defaultManagementPort : managementPort;
      return new InboxServer(
          new InboxServer.Options(
              host,
              port,
              database,
              Optional.ofNullable(databaseRead)
                  .map(
                      url ->
                          new InboxServer.Standby(
                              url, Optional.ofNullable(standbyName), standbyLease)),
              Optional.ofNullable(smtp),
              mailFrom,
              Optional.ofNullable(publicUrl),
              Optional.ofNullable(rateLimit),
              management.isPresent()
                  ? Optional.of(new InboxServer.Listen(managementHost, management.getAsInt()))
                  : Optional.empty(),
              proxies,
              accessLog == null ? defaultAccessLog : accessLog.equals("on"),
              Optional.ofNullable(signInLimit),
              tls()),
          CLOCK);
    }

    private TrustedProxies trustedProxies() {
      try {
        return TrustedProxies.of(trustedProxies == null ? List.of() : trustedProxies);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            spec.commandLine(),
            "--trusted-proxies: '%s' is neither an address nor a network such as 10.0.0.0/8"
                .formatted(e.getMessage()));
      }
    }

    /** From here on the log has this format. */
    private static void logAs(String format) {
      System.setProperty("adraa.log.format", format);
      LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
      logging.reset();
      try {
        new ContextInitializer(logging).autoConfig();
      } catch (JoranException e) {
        throw new IllegalStateException(e);
      }
    }

    private Optional<InboxServer.TlsFiles> tls() {
      if (tlsCertificate == null && tlsKey == null) {
        return Optional.empty();
      }
      if (tlsCertificate == null || tlsKey == null) {
        throw new ParameterException(
            spec.commandLine(), "--tls-certificate and --tls-key belong together");
      }
      return Optional.of(new InboxServer.TlsFiles(tlsCertificate, tlsKey));
    }
  }

  @Command(name = "serve", description = "Run the server.", mixinStandardHelpOptions = true)
  static final class Serve implements Callable<Integer> {
    @Mixin DatabaseOption database;
    @Mixin ServerOptions options;

    @Override
    public Integer call() throws InterruptedException {
      runUntilStopped(options.serve(database.location), () -> {});
      return CommandLine.ExitCode.OK;
    }
  }

  @Command(
      name = "demo",
      description = {
        "Run the server on a database of its own, with the workspace acme, an admin and a token.",
        "The database is new at each start and removed at the end."
      },
      mixinStandardHelpOptions = true)
  static final class Demo implements Callable<Integer> {
    private static final String ADMIN = "ada@acme.example";

    @Mixin ServerOptions options;
    @Spec CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
      Path directory = Files.createTempDirectory("adraa-inbox-demo");
      String file = directory.resolve("demo.db").toString();
      InboxServer server;
      Token.Created token;
      try {
        try (Database database = Database.open(file)) {
          new WorkspaceStore(database, CLOCK)
              .create("acme", ADMIN, AuditEvent.Source.commandLine());
          token = createToken(database, "acme", "CRM integration");
        }
        server = options.demo(file);
      } catch (RuntimeException e) {
        delete(directory);
        throw e;
      }
      URI publicUrl = options.publicUrl == null ? server.url() : options.publicUrl;
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          """

          A demo workspace is ready: acme, on a database of its own that is removed at the end.

            Reference  %s
            Console    %s
            Admin      %s (the sign-in code is %s)
            Token      %s

          Verify the token:

            curl %s/api/v1/me -H "Authorization: Bearer %s"

          Stop with Ctrl+C.
          """,
          InboxServer.pageUrl(publicUrl, "/docs/"),
          InboxServer.pageUrl(publicUrl, "/app"),
          ADMIN,
          options.smtp == null ? "printed below" : "mailed",
          token.secret().reveal(),
          server.url(),
          token.secret().reveal());
      out.flush();
      runUntilStopped(server, () -> delete(directory));
      return CommandLine.ExitCode.OK;
    }

    private static void delete(Path directory) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.deleteIfExists(file);
        }
        Files.deleteIfExists(directory);
      } catch (IOException e) {
        LOG.warn("Cannot remove {}", directory, e);
      }
    }
  }

  @Command(
      name = "health",
      description = "Ask the server on this machine whether it is ready, for a container's check.",
      mixinStandardHelpOptions = true)
  static final class Health implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @Option(
        names = "--management-port",
        defaultValue = "${env:ADRAA_MANAGEMENT_PORT:-8081}",
        converter = PortConverter.class,
        description = "The server's management port (default: 8081).")
    int port;

    @Option(
        names = "--management-host",
        defaultValue = "${env:ADRAA_MANAGEMENT_HOST:-127.0.0.1}",
        description = "The address that it listens on (default: 127.0.0.1).")
    String host;

    @Override
    public Integer call() throws InterruptedException {
      // Where it listens on all addresses, this one is among them.
      URI ready = InboxServer.url("http", host, port).resolve("/health/ready");
      try {
        HttpResponse<String> answer =
            HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .build()
                .send(
                    HttpRequest.newBuilder(ready).timeout(TIMEOUT).build(),
                    HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 200) {
          return CommandLine.ExitCode.OK;
        }
        throw new UserException("Not ready: " + answer.statusCode() + " " + answer.body().strip());
      } catch (IOException e) {
        throw new UserException("Nothing answers at " + ready, e);
      }
    }
  }

  @Command(
      name = "workspace",
      description = "Create and list workspaces.",
      subcommands = {WorkspaceCreate.class, WorkspaceList.class},
      mixinStandardHelpOptions = true)
  static final class WorkspaceCommands {}

  @Command(
      name = "create",
      description = "Create a workspace with its first admin.",
      mixinStandardHelpOptions = true)
  static final class WorkspaceCreate extends DatabaseCommand {
    @Option(
        names = "--name",
        required = true,
        defaultValue = "${env:ADRAA_NAME}",
        description = "Slug of the workspace: lower-case letters, digits and hyphens, 63 at most.")
    String name;

    @Option(
        names = "--admin",
        required = true,
        paramLabel = "EMAIL",
        defaultValue = "${env:ADRAA_ADMIN}",
        description = "The admin's email; gets an account if it has none.")
    String admin;

    @Override
    Database open(String location) {
      return Database.open(location);
    }

    @Override
    void check() {
      if (!SLUG.matcher(name).matches()) {
        throw new ParameterException(
            spec.commandLine(),
            "--name must be 1 to 63 lower-case letters, digits and hyphens, such as acme");
      }
      admin = admin.strip();
      requireValid(spec, "--admin", new SignInCodeRequest().email(admin), "email");
    }

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      String id =
          new WorkspaceStore(database, CLOCK).create(name, admin, AuditEvent.Source.commandLine());
      err.printf("Created the workspace %s with the admin %s%n", name, admin);
      out.println(id);
    }
  }

  @Command(name = "list", description = "List the workspaces.", mixinStandardHelpOptions = true)
  static final class WorkspaceList extends DatabaseCommand {
    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      table(
          out,
          List.of("ID", "NAME", "MEMBERS", "ACTIVE TOKENS"),
          new WorkspaceStore(database, CLOCK)
              .list().stream()
                  .map(w -> List.of(w.id(), w.name(), "" + w.members(), "" + w.activeTokens()))
                  .toList());
    }
  }

  @Command(
      name = "agent",
      description = "Add agents to workspaces, remove and list them.",
      subcommands = {AgentAdd.class, AgentRemove.class, AgentRole.class, AgentList.class},
      mixinStandardHelpOptions = true)
  static final class AgentCommands {}

  @Command(
      name = "add",
      description = "Make a person a member of a workspace.",
      mixinStandardHelpOptions = true)
  static final class AgentAdd extends WorkspaceCommand {
    @Option(
        names = "--email",
        required = true,
        defaultValue = "${env:ADRAA_EMAIL}",
        description = "The person's email; gets an account if it has none.")
    String email;

    @Option(
        names = "--nickname",
        defaultValue = "${env:ADRAA_NICKNAME}",
        description =
            "For a new account: what others read, 60 characters at most (default: the part before the @).")
    @Nullable String nickname;

    @Option(
        names = "--role",
        defaultValue = "${env:ADRAA_ROLE:-agent}",
        converter = RoleConverter.class,
        description = "agent, or admin, who manages API tokens (default: agent).")
    Membership.Role role;

    @Override
    void check() {
      email = email.strip();
      requireValid(spec, "--email", new SignInCodeRequest().email(email), "email");
      if (nickname != null) {
        nickname = nickname.strip();
        requireValid(spec, "--nickname", new SignedInAgent().nickname(nickname), "nickname");
      }
    }

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      Agent agent =
          new WorkspaceStore(database, CLOCK)
              .addAgent(
                  workspace,
                  email,
                  Optional.ofNullable(nickname),
                  role,
                  AuditEvent.Source.commandLine());
      err.printf("Added %s to %s as %s%n", agent.email(), workspace, role.word());
      out.println(agent.id());
    }
  }

  @Command(
      name = "remove",
      description = {
        "End a person's membership of a workspace and sign the person out everywhere.",
        "The workspace's tokens stay, also those that the person created."
      },
      mixinStandardHelpOptions = true)
  static final class AgentRemove extends MemberCommand {
    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      Agent agent =
          new WorkspaceStore(database, CLOCK)
              .removeAgent(workspace, email, AuditEvent.Source.commandLine());
      err.printf("Removed %s from %s%n", agent.email(), workspace);
    }
  }

  @Command(
      name = "role",
      description = {
        "Give a member another role.",
        "Who is no admin any more is signed out everywhere. A workspace keeps at least one admin."
      },
      mixinStandardHelpOptions = true)
  static final class AgentRole extends MemberCommand {
    @Option(
        names = "--role",
        required = true,
        defaultValue = "${env:ADRAA_ROLE}",
        converter = RoleConverter.class,
        description = "agent, or admin, who manages API tokens.")
    Membership.Role role;

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      Agent agent =
          new WorkspaceStore(database, CLOCK)
              .changeRole(workspace, email, role, AuditEvent.Source.commandLine());
      err.printf("%s has the role %s in %s%n", agent.email(), role.word(), workspace);
    }
  }

  @Command(name = "list", description = "List the members.", mixinStandardHelpOptions = true)
  static final class AgentList extends DatabaseCommand {
    @Option(
        names = "--workspace",
        paramLabel = "NAME",
        defaultValue = "${env:ADRAA_WORKSPACE}",
        description = "Only those of this workspace (default: of all).")
    @Nullable String workspace;

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      table(
          out,
          List.of("ID", "WORKSPACE", "EMAIL", "NICKNAME", "ROLE"),
          new WorkspaceStore(database, CLOCK)
              .members(Optional.ofNullable(workspace)).stream()
                  .map(
                      m ->
                          List.of(
                              m.agent().id(),
                              m.workspaceName(),
                              m.agent().email(),
                              m.agent().nickname(),
                              m.role().word()))
                  .toList());
    }
  }

  @Command(
      name = "token",
      description = {
        "Create, list and revoke API tokens.",
        "What is done here is attributed to the workspace's longest-standing admin."
      },
      subcommands = {TokenCreate.class, TokenList.class, TokenRevoke.class},
      mixinStandardHelpOptions = true)
  static final class TokenCommands {}

  @Command(
      name = "create",
      description = {
        "Create an API token and print its secret, alone, on stdout.",
        "It is shown this once: store it in a secret manager."
      },
      mixinStandardHelpOptions = true)
  static final class TokenCreate extends WorkspaceCommand {
    @Option(
        names = "--name",
        required = true,
        defaultValue = "${env:ADRAA_NAME}",
        description = "Name it after the system that will use it, such as \"CRM integration\".")
    String name;

    @Override
    void check() {
      name = name.strip();
      requireValid(spec, "--name", new CreateTokenRequest().name(name), "name");
    }

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      Token.Created created = createToken(database, workspace, name);
      err.printf(
          "Created the token %s \"%s\" for %s. Its secret is shown this once:%n",
          created.token().id(), name, workspace);
      err.flush();
      out.println(created.secret().reveal());
    }
  }

  @Command(
      name = "list",
      description = "List a workspace's tokens, newest first, revoked ones included.",
      mixinStandardHelpOptions = true)
  static final class TokenList extends WorkspaceCommand {
    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      String workspaceId = new WorkspaceStore(database, CLOCK).requireId(workspace);
      table(
          out,
          List.of("ID", "PREFIX", "STATUS", "CREATED", "BY", "LAST USED", "NAME"),
          new TokenStore(database)
              .list(workspaceId, null, null, Integer.MAX_VALUE).stream()
                  .map(
                      token ->
                          List.of(
                              token.id(),
                              token.prefix(),
                              token.revocation().isPresent() ? "revoked" : "active",
                              token.createdAt().toString(),
                              token.createdBy().nickname(),
                              token.lastUsedAt().map(Object::toString).orElse("never"),
                              token.name()))
                  .toList());
    }
  }

  @Command(
      name = "revoke",
      description = {
        "Revoke an API token, at once and for good: the next request with it fails.",
        "Repeating it changes nothing."
      },
      mixinStandardHelpOptions = true)
  static final class TokenRevoke extends WorkspaceCommand {
    @Parameters(paramLabel = "TOKEN_ID", description = "The token's id; 'token list' tells it.")
    String tokenId;

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      WorkspaceStore workspaces = new WorkspaceStore(database, CLOCK);
      String workspaceId = workspaces.requireId(workspace);
      Admin admin = Admin.onCommandLine(workspaces.firstAdmin(workspaceId));
      Token token =
          new TokenStore(database)
              .revoke(workspaceId, tokenId, CLOCK.instant(), admin)
              .orElseThrow(
                  () ->
                      new UserException("The workspace " + workspace + " has no token " + tokenId));
      err.printf("Revoked the token %s \"%s\" (%s…)%n", token.id(), token.name(), token.prefix());
    }
  }

  /** A command on the database; it may be that of a running server. */
  abstract static class DatabaseCommand implements Callable<Integer> {
    @Mixin DatabaseOption database;
    @Spec CommandSpec spec;

    /** Only the first command on a database creates it: elsewhere a missing one is a mistake. */
    Database open(String location) {
      return Database.openExisting(location);
    }

    /** Refuses wrong options before the database is touched. */
    void check() {}

    abstract void run(Database database, PrintWriter out, PrintWriter err);

    @Override
    public Integer call() {
      check();
      PrintWriter out = spec.commandLine().getOut();
      try (Database opened = open(database.location)) {
        run(opened, out, spec.commandLine().getErr());
      }
      out.flush();
      return CommandLine.ExitCode.OK;
    }
  }

  /** A command on one workspace. */
  abstract static class WorkspaceCommand extends DatabaseCommand {
    @Option(
        names = "--workspace",
        required = true,
        paramLabel = "NAME",
        defaultValue = "${env:ADRAA_WORKSPACE}",
        description = "Slug of the workspace.")
    String workspace;
  }

  /** A command on one member of a workspace. */
  abstract static class MemberCommand extends WorkspaceCommand {
    @Option(
        names = "--email",
        required = true,
        defaultValue = "${env:ADRAA_EMAIL}",
        description = "The member's email.")
    String email;

    @Override
    void check() {
      email = email.strip();
      requireValid(spec, "--email", new SignInCodeRequest().email(email), "email");
    }
  }

  private static Token.Created createToken(Database database, String workspace, String name) {
    WorkspaceStore workspaces = new WorkspaceStore(database, CLOCK);
    String workspaceId = workspaces.requireId(workspace);
    Admin admin = Admin.onCommandLine(workspaces.firstAdmin(workspaceId));
    TokenStore store = new TokenStore(database);
    return new TokenService(store, LastUse.ofTokens(store), CLOCK).create(workspaceId, name, admin);
  }

  /** Holds an option against the constraint that the contract gives the request's field. */
  private static <T> void requireValid(CommandSpec spec, String option, T request, String field) {
    try (ValidatorFactory validation = Validation.buildDefaultValidatorFactory()) {
      validation.getValidator().validateProperty(request, field).stream()
          .findFirst()
          .ifPresent(
              violation -> {
                throw new ParameterException(
                    spec.commandLine(), option + " " + violation.getMessage());
              });
    }
  }

  /** Waits for SIGTERM or Ctrl+C; the process ends when the server is closed in good order. */
  private static void runUntilStopped(InboxServer server, Runnable afterwards)
      throws InterruptedException {
    Thread shutdown =
        new Thread(
            () -> {
              server.close();
              afterwards.run();
              writeRestOfLog();
            },
            "shutdown");
    Runtime.getRuntime().addShutdownHook(shutdown);
    new CountDownLatch(1).await();
  }

  private static void table(PrintWriter out, List<String> head, List<List<String>> rows) {
    int[] widths = new int[head.size()];
    for (int column = 0; column < widths.length; column++) {
      int index = column;
      widths[column] =
          Math.max(
              head.get(index).length(),
              rows.stream().mapToInt(row -> row.get(index).length()).max().orElse(0));
    }
    line(out, head, widths);
    rows.forEach(row -> line(out, row, widths));
  }

  private static void line(PrintWriter out, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      line.append(cells.get(column))
          .append(" ".repeat(widths[column] - cells.get(column).length() + 2));
    }
    out.println(line.toString().stripTrailing());
  }

  static final class PortConverter implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535) {
        throw new TypeConversionException("'" + text + "' is not a port, 0 to 65535");
      }
      return Integer.valueOf(text);
    }
  }

  /** A port, or none at all. */
  static final class ManagementPortConverter implements ITypeConverter<OptionalInt> {
    @Override
    public OptionalInt convert(String text) {
      return text.equals("off")
          ? OptionalInt.empty()
          : OptionalInt.of(new PortConverter().convert(text));
    }
  }

  /** Not a Boolean: picocli turns a default of one around. */
  static final class SwitchConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (!text.equals("on") && !text.equals("off")) {
        throw new TypeConversionException("'" + text + "' is neither on nor off");
      }
      return text;
    }
  }

  static final class LogFormatConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (!text.equals("text") && !text.equals("json")) {
        throw new TypeConversionException("'" + text + "' is neither text nor json");
      }
      return text;
    }
  }

  static final class RoleConverter implements ITypeConverter<Membership.Role> {
    @Override
    public Membership.Role convert(String text) {
      if (!text.equals("admin") && !text.equals("agent")) {
        throw new TypeConversionException("'" + text + "' is neither agent nor admin");
      }
      return Membership.Role.of(text);
    }
  }

  static final class UrlConverter implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
      try {
        URI url = URI.create(text);
        if (url.getHost() != null && List.of("http", "https").contains(url.getScheme())) {
          return url;
        }
      } catch (IllegalArgumentException e) {
        // Refused as any other that is no such URL.
      }
      throw new TypeConversionException("'" + text + "' is not an http or https URL");
    }
  }

  static final class LeaseConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      if (!text.matches("[1-9][0-9]{0,5}")) {
        throw new TypeConversionException("'" + text + "' is not a number of seconds");
      }
      return Duration.ofSeconds(Long.parseLong(text));
    }
  }

  static final class RateLimitConverter implements ITypeConverter<RateLimit> {
    @Override
    public @Nullable RateLimit convert(String text) {
      try {
        return RateLimit.parse(text).orElse(null);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "'" + text + "' is not a limit such as 100/min, 5/s, 1000/h or off");
      }
    }
  }
}
