package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.InboxServer;
import ai.adraa.inbox.server.ServerOptions;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.postgresql.StandbyOptions;
import ai.adraa.inbox.server.http.ListenAddress;
import ai.adraa.inbox.server.http.TlsFiles;
import ai.adraa.inbox.server.http.TrustedProxies;
import ai.adraa.inbox.server.limit.RateLimit;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options that {@code serve} and {@code demo} share, and the start of a server with them. */
final class ServeOptions {
  private static final Logger LOG = LoggerFactory.getLogger(ServeOptions.class);

  /** The format of the log. */
  enum LogFormat {
    TEXT,
    JSON
  }

  /** Whether something is done. Not a Boolean, because picocli inverts the default of one. */
  enum Switch {
    ON,
    OFF
  }

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address to listen on; 0.0.0.0 for all addresses (default: 127.0.0.1).")
  String host;

  @Option(
      names = "--port",
      defaultValue = "8080",
      converter = PortConverter.class,
      description = "Port to listen on; 0 for any free port (default: 8080).")
  int port;

  @Option(
      names = "--smtp",
      paramLabel = "URL",
      description = {
        "Mail server that sends the sign-in codes: smtp://[user:password@]host:port or smtps://.",
        "Requires --public-url or --mail-from.",
        "Without it, emails are printed to the log. If the URL has a password, set ADRAA_SMTP"
            + " instead: other users of the machine can read the command line."
      })
  @Nullable String smtp;

  @Option(
      names = "--mail-from",
      paramLabel = "ADDRESS",
      description =
          "Sender of the emails; required with --smtp, unless --public-url has a host name (default:"
              + " no-reply@ and that host).")
  @Nullable String mailFrom;

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      converter = UrlConverter.class,
      description = {
        "URL at which browsers reach the server, such as https://inbox.example, without a path.",
        "With https the session cookie is Secure (default: the address that the server listens on)."
      })
  @Nullable URI publicUrl;

  @Option(
      names = "--idle-timeout",
      paramLabel = "SECONDS",
      defaultValue = "75",
      converter = SecondsConverter.class,
      description = {
        "How long a connection waits for its next request, and how long a caller may pause while it"
            + " reads a response.",
        "Must be longer than the time for which a proxy keeps idle connections (default: 75)."
      })
  Duration idleTimeout;

  @Option(
      names = "--rate-limit",
      paramLabel = "LIMIT",
      defaultValue = "100/min",
      converter = RateLimitConverter.class,
      description = {
        "API requests allowed per IP address: N/s, N/min or N/h, or off if a gateway limits them"
            + " (default: 100/min)."
      })
  @Nullable RateLimit rateLimit;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = {
        "PEM file of the certificate and its chain. Turns on HTTPS, with HTTP/2 and HTTP/1.1.",
        "The server reloads the file when it changes."
      })
  @Nullable Path tlsCertificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "PEM file of the certificate's private key: PKCS #8, not encrypted.")
  @Nullable Path tlsKey;

  @Option(
      names = "--sign-in-limit",
      paramLabel = "LIMIT",
      defaultValue = "100/h",
      converter = RateLimitConverter.class,
      description = {
        "Requests for a sign-in code, and attempts to enter one, allowed per IP address: N/s, N/min,"
            + " N/h, or off (default: 100/h).",
        "Limits per email address always apply."
      })
  @Nullable RateLimit signInLimit;

  @Option(
      names = "--trusted-proxies",
      paramLabel = "CIDR",
      split = ",",
      description = {
        "Addresses or networks of the proxies in front of the server, separated by commas, such as"
            + " 10.0.0.7,fd00::/8.",
        "The server reads the caller's address from X-Forwarded-For only if one of them sent it."
      })
  @Nullable List<String> trustedProxies;

  @Option(
      names = "--github-keys",
      paramLabel = "URL|FILE",
      description = {
        "Accept reports of leaked tokens from GitHub: the https URL of its public keys, or a file with"
            + " them.",
        "GitHub's URL is https://api.github.com/meta/public_keys/secret_scanning."
      })
  @Nullable String gitHubKeys;

  @Option(
      names = "--management-host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "Address to listen on for health and metrics (default: 127.0.0.1).")
  String managementHost;

  @Option(
      names = "--management-port",
      paramLabel = "PORT",
      converter = ManagementPortConverter.class,
      description =
          "Port of /health/live, /health/ready and /metrics; 0 for any free port, or off"
              + " (default: 8081; off for a demo).")
  @Nullable OptionalInt managementPort;

  @Option(
      names = "--access-log",
      arity = "1",
      paramLabel = "on|off",
      description = {
        "Log each request, without its query, headers and body",
        "(default: on; off for a demo)."
      })
  @Nullable Switch accessLog;

  @Option(
      names = "--log-format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "text, or one JSON object per line (default: text).")
  LogFormat logFormat;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description = "error, warn, info, debug or trace (default: info).")
  Level logLevel;

  @Option(
      names = "--database-read",
      paramLabel = "URL",
      description = {
        "JDBC URL of a PostgreSQL hot standby from which this node verifies tokens.",
        "The primary must wait for it, see server/docs/postgresql.md (default: the primary)."
      })
  @Nullable String databaseRead;

  @Option(
      names = "--standby-name",
      paramLabel = "NAME",
      description =
          "The standby's application_name in synchronous_standby_names (default: its cluster_name).")
  @Nullable String standbyName;

  @Option(
      names = "--standby-lease",
      paramLabel = "SECONDS",
      defaultValue = "3",
      converter = SecondsConverter.class,
      description = {
        "How long a node reads from the standby after the last proof that it is up to date.",
        "If you remove the standby from synchronous_standby_names, a token that another node revokes"
            + " can stay valid for this long (default: 3)."
      })
  Duration standbyLease;

  @Spec(Spec.Target.MIXEE)
  CommandSpec spec;

  /** Starts a server for production: the management port and the access log are on by default. */
  InboxServer serve(DatabaseLocation database) {
    InboxServer server = start(database, OptionalInt.of(8081), true);
    if (smtp == null) {
      LOG.warn(
          "No mail server is set with --smtp. The log shows the sign-in codes, so anyone who can read"
              + " it can sign in");
    }
    return server;
  }

  /**
   * Starts a server for a trial: the management port and the access log are off by default, so that
   * several can run at once and the terminal stays readable.
   */
  InboxServer demo(DatabaseLocation database) {
    return start(database, OptionalInt.empty(), false);
  }

  private InboxServer start(
      DatabaseLocation database, OptionalInt defaultManagementPort, boolean defaultAccessLog) {
    TrustedProxies proxies = trustedProxies();
    Optional<TlsFiles> tls = tls();
    configureLog();
    EnvironmentVariables.warning(spec.root()).ifPresent(LOG::warn);
    OptionalInt management = managementPort == null ? defaultManagementPort : managementPort;
    return InboxServer.start(
        ServerOptions.on(database)
            .standby(
                Optional.ofNullable(databaseRead)
                    .map(
                        url ->
                            new StandbyOptions(
                                url, Optional.ofNullable(standbyName), standbyLease)))
            .listen(new ListenAddress(host, port))
            .management(
                management.isPresent()
                    ? Optional.of(new ListenAddress(managementHost, management.getAsInt()))
                    : Optional.empty())
            .idleTimeout(idleTimeout)
            .publicUrl(Optional.ofNullable(publicUrl))
            .tls(tls)
            .trustedProxies(proxies)
            .rateLimit(Optional.ofNullable(rateLimit))
            .signInLimit(Optional.ofNullable(signInLimit))
            .smtp(Optional.ofNullable(smtp))
            .mailFrom(Optional.ofNullable(mailFrom))
            .gitHubKeys(Optional.ofNullable(gitHubKeys))
            .accessLog(accessLog == null ? defaultAccessLog : accessLog == Switch.ON)
            .build(),
        Clock.systemUTC());
  }

  private TrustedProxies trustedProxies() {
    try {
      return TrustedProxies.of(trustedProxies == null ? List.of() : trustedProxies);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--trusted-proxies: '%s' is not an address or a network such as 10.0.0.0/8"
              .formatted(e.getMessage()));
    }
  }

  /** Switches the format and the level of the log by configuring Logback again. */
  private void configureLog() {
    System.setProperty("adraa.log.format", logFormat.name().toLowerCase(Locale.ROOT));
    System.setProperty("adraa.log.level", logLevel.name());
    LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
    logging.reset();
    try {
      new ContextInitializer(logging).autoConfig();
    } catch (JoranException e) {
      throw new IllegalStateException(e);
    }
  }

  private Optional<TlsFiles> tls() {
    if (tlsCertificate == null && tlsKey == null) {
      return Optional.empty();
    }
    if (tlsCertificate == null || tlsKey == null) {
      throw new ParameterException(
          spec.commandLine(), "--tls-certificate and --tls-key must be given together");
    }
    return Optional.of(new TlsFiles(tlsCertificate, tlsKey));
  }

  /** Parses a port, 0 to 65535. */
  static final class PortConverter implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535) {
        throw new TypeConversionException("'" + text + "' is not a port number from 0 to 65535");
      }
      return Integer.valueOf(text);
    }
  }

  /** Parses a port, or {@code off}. */
  static final class ManagementPortConverter implements ITypeConverter<OptionalInt> {
    @Override
    public OptionalInt convert(String text) {
      return text.equals("off")
          ? OptionalInt.empty()
          : OptionalInt.of(new PortConverter().convert(text));
    }
  }

  /** Parses an http or https URL that has only a host and a port. */
  static final class UrlConverter implements ITypeConverter<URI> {
    // Not parsed as a URI, whose host is null for a name with an underscore, as Docker's names of
    // services can have.
    private static final Pattern URL =
        Pattern.compile(
            "(?<scheme>https?)://(?<host>\\[[0-9a-fA-F:.]+]|[\\p{Alnum}._-]+)(:(?<port>[0-9]{1,5}))?"
                + "(?<rest>.*)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    @Override
    public URI convert(String text) {
      Matcher url = URL.matcher(text);
      if (!url.matches()
          || (url.group("port") != null && Integer.parseInt(url.group("port")) > 65_535)
          || !url.group("rest").matches("(?s)([/?#@:].*)?")) {
        throw new TypeConversionException(
            "'" + text + "' is not an http or https URL such as https://inbox.example");
      }
      if (!url.group("rest").matches("/*")) {
        // Pages of other programs under the same host name could act with the console's session.
        throw new TypeConversionException(
            "'%s' has more than a host and a port; give the server a host name of its own, such as"
                    .formatted(text)
                + " https://inbox.example");
      }
      String port = url.group("port") == null ? "" : ":" + url.group("port");
      return URI.create(
          url.group("scheme").toLowerCase(Locale.ROOT) + "://" + url.group("host") + port);
    }
  }

  /** Parses a number of seconds, 1 to 999999. */
  static final class SecondsConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      if (!text.matches("[1-9][0-9]{0,5}")) {
        throw new TypeConversionException(
            "'" + text + "' is not a number of seconds from 1 to 999999");
      }
      return Duration.ofSeconds(Long.parseLong(text));
    }
  }

  /** Parses a rate limit; null for {@code off}. */
  static final class RateLimitConverter implements ITypeConverter<RateLimit> {
    @Override
    public @Nullable RateLimit convert(String text) {
      try {
        return RateLimit.parse(text).orElse(null);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "'" + text + "' must be a limit such as 100/min, 5/s or 1000/h, or off");
      }
    }
  }
}
