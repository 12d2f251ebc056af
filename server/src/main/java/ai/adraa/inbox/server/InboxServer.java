package ai.adraa.inbox.server;

import ai.adraa.inbox.server.api.SessionApi;
import ai.adraa.inbox.server.api.SignInCodesApi;
import ai.adraa.inbox.server.api.TokensApi;
import ai.adraa.inbox.server.api.VerificationApi;
import com.sun.management.UnixOperatingSystemMXBean;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.eclipse.jetty.util.Callback;
import org.glassfish.jersey.CommonProperties;
import org.glassfish.jersey.jackson.JacksonFeature;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.server.validation.ValidationFeature;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running server: the one place where its parts are put together. */
public final class InboxServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InboxServer.class);
  private static final long MAX_BODY_BYTES = 64 * 1024;
  // All of a stop; the service unit's TimeoutStopSec is longer.
  private static final long STOP_MILLIS = 30_000;
  // Of it, the wait for requests in flight.
  private static final long STOP_REQUESTS_MILLIS = 20_000;
  // How long a caller may pause in a request while the server stops; idle connections wait as long.
  private static final long STOP_IDLE_MILLIS = 3_000;
  private static final long FAREWELL_MILLIS = 500;
  private static final long IDLE_MILLIS = 30_000;
  private static final String VERIFICATION_PATH = "/api/v1/me";
  // From a request's first byte to the end of its head, and to the end of its body.
  private static final Duration REQUEST_DEADLINE = Duration.ofSeconds(30);
  private static final int MAX_CONNECTIONS = 10_000;
  // Of the heap for each; 45 KiB were measured where each has a request.
  private static final long CONNECTION_BYTES = 64 * 1024;
  // Connections that the kernel holds until the server takes them.
  private static final int ACCEPT_QUEUE = 1_024;
  // For the database, the log and what the JVM opens later.
  private static final int OTHER_FILES = 256;
  // As many threads read and write connections as there are processors, since they never wait: what
  // may wait goes on in another, see WorkerHandler.
  private static final int SELECTORS = Math.min(Runtime.getRuntime().availableProcessors(), 32);
  // How long a request waits for a worker thread before it is answered 503.
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  // A request's waits for the database end well before: then something else holds its thread.
  private static final Duration STALLED = Duration.ofSeconds(10);

  /**
   * What the operator decides.
   *
   * @param port 0 for any that is free
   * @param database a file, or a JDBC URL
   * @param standby from which verifications read; empty for the database itself
   * @param smtp the mail server's URL; empty to print mail to the log
   * @param publicUrl where browsers find the server; empty for the address it listens on
   * @param rateLimit for each IP address; empty for none
   * @param management where health and metrics are; empty for nowhere
   * @param trustedProxies whose X-Forwarded-For is believed
   * @param accessLog whether each request is logged
   * @param signInLimit of codes asked for, and of codes tried, for each IP address; empty for none
   * @param tls what to show and speak TLS with; empty for plain HTTP
   */
  public record Options(
      String host,
      int port,
      String database,
      Optional<Standby> standby,
      Optional<String> smtp,
      String mailFrom,
      Optional<URI> publicUrl,
      Optional<RateLimit> rateLimit,
      Optional<Listen> management,
      TrustedProxies trustedProxies,
      boolean accessLog,
      Optional<RateLimit> signInLimit,
      Optional<TlsFiles> tls) {}

  /**
   * A hot standby of PostgreSQL, for which the primary waits at each commit.
   *
   * @param url its JDBC URL
   * @param name by which the primary waits for it; empty for its cluster_name
   * @param lease how long it is read from after it was last seen to follow the primary
   */
  public record Standby(String url, Optional<String> name, Duration lease) {}

  /**
   * An address to listen on.
   *
   * @param port 0 for any that is free
   */
  public record Listen(String host, int port) {}

  /**
   * PEM files, which may be replaced while the server runs.
   *
   * @param certificate the certificate, then those that lead to its root
   * @param key its private key, not encrypted
   */
  public record TlsFiles(Path certificate, Path key) {}

  private final URI url;
  private final Server jetty;
  private final @Nullable Tls tls;
  private final Database database;
  private final LastUse lastUse;
  private final LastUse lastSessionUse;
  private final SignInService signIn;
  private final Metrics metrics = new Metrics();
  private final @Nullable ManagementServer management;
  private final Readiness readiness;
  private volatile boolean stopping;
  private volatile String stopPhase = "";

  /**
   * Starts the server; on return it answers.
   *
   * @throws UserException if the port is in use, the database or the certificate cannot be used, or
   *     an option is wrong
   */
  public InboxServer(Options options, Clock clock) {
    Mailer mailer = new Mailer(options.smtp().orElse(null), options.mailFrom(), clock, metrics);
    tls = options.tls().map(files -> new Tls(files, clock)).orElse(null);
    jetty = new Server();
    jetty.setStopTimeout(STOP_REQUESTS_MILLIS);
    jetty.setErrorHandler(new JsonErrorHandler());
    HttpConfiguration http = http();
    http.addCustomizer(options.trustedProxies());
    ServerConnector connector =
        listen(
            jetty,
            new Listen(options.host(), options.port()),
            "--port",
            SELECTORS,
            tls == null
                ? new ConnectionFactory[] {new HttpConnectionFactory(http)}
                : tls.protocols(http, options.publicUrl()));
    url = url(tls == null ? "http" : "https", options.host(), connector.getLocalPort());
    URI publicUrl = options.publicUrl().orElse(url);
    ManagementServer managementPort = null;
    try {
      managementPort = options.management().map(ManagementServer::new).orElse(null);
      database = Database.openToServe(options.database(), options.standby());
    } catch (RuntimeException e) {
      connector.close();
      close(managementPort);
      throw e;
    }
    management = managementPort;
    TokenStore tokenStore = new TokenStore(database);
    WorkspaceStore workspaces = new WorkspaceStore(database, clock);
    lastUse = LastUse.ofTokens(tokenStore);
    SignInStore signInStore = new SignInStore(database);
    lastSessionUse = LastUse.ofSessions(signInStore);
    TokenService tokens = new TokenService(tokenStore, lastUse, clock);
    signIn =
        new SignInService(
            signInStore,
            lastSessionUse,
            workspaces,
            mailer,
            pageUrl(publicUrl, "/app"),
            new SignInLimits(options.signInLimit()),
            clock);

    SessionCookie cookie = new SessionCookie(publicUrl);
    TokenAuthentication byToken = new TokenAuthentication(tokens, metrics);

    ResourceConfig api =
        new ResourceConfig()
            .property(CommonProperties.FEATURE_AUTO_DISCOVERY_DISABLE, true)
            .property(CommonProperties.METAINF_SERVICES_LOOKUP_DISABLE, true)
            .property(ServerProperties.WADL_FEATURE_DISABLE, true)
            .property(ServerProperties.LOCATION_HEADER_RELATIVE_URI_RESOLUTION_DISABLED, true)
            .register(JacksonFeature.withoutExceptionMappers())
            .register(new Json())
            .register(new Operation())
            .register(ValidationFeature.class)
            .register(new HeaderFilter())
            .register(new ContentLength())
            .register((ContainerResponseFilter) InboxServer::answerOptionsWithoutBody)
            .register((ContainerResponseFilter) InboxServer::answerErrorsInTheEnvelope)
            .register((ReaderInterceptor) InboxServer::readPlainUtf8)
            .register(new ErrorMapper())
            .register(new ErrorMapper.OfValidation())
            .register(new CrossOriginFilter(publicUrl), Priorities.AUTHENTICATION - 1)
            .register(
                authentication(byToken, new SessionAuthentication(cookie, signIn, workspaces)))
            .register(new VerificationResource())
            .register(new SignInCodesResource(signIn))
            .register(new SessionResource(signIn, workspaces, cookie))
            .register(new TokensResource(tokens));

    // GracefulHandler → Farewell → RequestIdHandler → StrictHttpHandler → PagesHandler
    // → RateLimitHandler → VerificationHandler → PathHandler → SizeLimitHandler → BodyHandler
    // → WorkerHandler → RequestIdHandler → VerificationHandler → JerseyHandler
    WorkerHandler workers =
        new WorkerHandler(
            VERIFICATION_PATH,
            PATIENCE,
            // Again, because the log lines of the worker thread need the id too.
            new RequestIdHandler(
                new VerificationHandler(
                    VERIFICATION_PATH, () -> true, byToken, new JerseyHandler(api))));
    SizeLimitHandler sizeLimit = new SizeLimitHandler(MAX_BODY_BYTES, -1);
    sizeLimit.setHandler(new BodyHandler(REQUEST_DEADLINE, workers));
    Handler paths =
        new PathHandler(
            List.of(VerificationApi.class, SignInCodesApi.class, SessionApi.class, TokensApi.class),
            sizeLimit);
    Handler handler = new VerificationHandler(VERIFICATION_PATH, database::isQuick, byToken, paths);
    if (options.rateLimit().isPresent()) {
      handler = new RateLimitHandler(options.rateLimit().get(), metrics, handler);
    }
    jetty.setHandler(
        new GracefulHandler(
            new Farewell(new RequestIdHandler(new StrictHttpHandler(new PagesHandler(handler))))));
    jetty.setRequestLog(
        options.accessLog()
            ? new RequestLog.Collection(metrics, new AccessLog(options.trustedProxies()))
            : metrics);
    metrics.observe(jetty, database, lastUse, workers.pools());
    readiness = new Readiness(database, workers.pools(), STALLED);
    try {
      if (management != null) {
        management.start(readiness, metrics);
      }
      jetty.start();
      lastUse.start();
      lastSessionUse.start();
      if (tls != null) {
        tls.start();
      }
      readiness.started();
    } catch (Exception e) {
      close();
      throw new IllegalStateException("Cannot start the server", e);
    }
    managementUrl()
        .ifPresent(
            at -> LOG.info("Health and metrics are at {}/health/ready and {}/metrics", at, at));
    LOG.info(
        "Adraa Inbox server {} listens on {}, database {}", version(), url, database.location());
  }

  /** This program's version. */
  static String version() {
    return Optional.ofNullable(InboxServer.class.getPackage().getImplementationVersion())
        .orElse("(development)");
  }

  /** Where browsers find the page with this path. */
  static String pageUrl(URI publicUrl, String path) {
    return publicUrl.toString().replaceAll("/+$", "") + path;
  }

  /** The address it listens on. */
  public URI url() {
    return url;
  }

  /** Where health and metrics are. */
  public Optional<URI> managementUrl() {
    return Optional.ofNullable(management).map(ManagementServer::url);
  }

  /**
   * Stops accepting requests, finishes those in flight, writes when tokens were last used, sends
   * queued mail and closes the database. Returns after 30 seconds at the latest, even if the
   * database or the mail server hangs.
   */
  @Override
  public void close() {
    long begin = System.nanoTime();
    LOG.info("Stopping, in {} s at most", TimeUnit.MILLISECONDS.toSeconds(STOP_MILLIS));
    Thread stop = new Thread(this::stop, "stop");
    stop.setDaemon(true);
    stop.start();
    try {
      stop.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (stop.isAlive()) {
      LOG.error("The stop was given up: {}", stopPhase);
    } else {
      LOG.info("Stopped in {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }
  }

  private void stop() {
    stopPhase = "requests were still in flight";
    readiness.stopping();
    // Responses say Connection: close for a while before the connector closes anything: a response
    // just then would promise to keep its connection, and the next request would be lost.
    stopping = true;
    try {
      Thread.sleep(FAREWELL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Connector connector : jetty.getConnectors()) {
      // Before the handlers refuse anything, so that what they refuse says so too.
      var unused = connector.shutdown();
    }
    try {
      jetty.stop();
    } catch (Exception e) {
      LOG.error("Cannot stop the HTTP server cleanly", e);
    }
    if (tls != null) {
      tls.close();
    }
    stopPhase = "the last uses of tokens and sessions could not be written";
    lastUse.close();
    lastSessionUse.close();
    stopPhase = "sign-in codes were still being sent";
    signIn.close();
    close(management);
    readiness.close();
    metrics.close();
    stopPhase = "the database could not be closed";
    database.close();
  }

  private static void close(@Nullable ManagementServer management) {
    try {
      if (management != null) {
        management.close();
      }
    } catch (Exception e) {
      LOG.warn("Cannot close the management port cleanly", e);
    }
  }

  static HttpConfiguration http() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // It would keep the last tokens of each connection, and find none of them again.
    http.setHeaderCacheSize(0);
    return http;
  }

  /**
   * Opens the port, so that a refusal comes before anything else is done.
   *
   * @param option names another port
   * @param selectors threads that read and write connections
   * @throws UserException if it is in use
   */
  static ServerConnector listen(
      Server jetty, Listen listen, String option, int selectors, ConnectionFactory... protocols) {
    ServerConnector connector = new ServerConnector(jetty, -1, selectors, protocols);
    connector.setHost(listen.host());
    connector.setPort(listen.port());
    connector.setIdleTimeout(IDLE_MILLIS);
    connector.setShutdownIdleTimeout(STOP_IDLE_MILLIS);
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    connector.addBean(new HeadDeadline(connector, REQUEST_DEADLINE));
    NetworkConnectionLimit connections = new NetworkConnectionLimit(maxConnections(), connector);
    // Once they are all taken, those that are idle go sooner; longer than any request waits.
    connections.setEndPointIdleTimeout(2 * PATIENCE.toMillis());
    jetty.addBean(connections);
    jetty.addConnector(connector);
    try {
      connector.open();
    } catch (IOException e) {
      if (e.getCause() instanceof BindException || e instanceof BindException) {
        throw new UserException(
            "Cannot listen on %s port %d: it is in use or not allowed; choose another with %s"
                .formatted(listen.host(), listen.port(), option),
            e);
      }
      throw new UserException(
          "Cannot listen on %s: %s".formatted(listen.host(), e.getMessage()), e);
    } catch (UnresolvedAddressException e) {
      throw new UserException("Cannot listen on " + listen.host() + ": unknown host", e);
    }
    return connector;
  }

  /** So that the server refuses a connection rather than fail to open a file, or for memory. */
  private static int maxConnections() {
    long most = Math.min(MAX_CONNECTIONS, Runtime.getRuntime().maxMemory() / CONNECTION_BYTES);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      most = Math.min(most, unix.getMaxFileDescriptorCount() - OTHER_FILES);
    }
    return Math.toIntExact(Math.max(OTHER_FILES, most));
  }

  /** Asks callers of a server that stops to send no more on their connections. */
  private final class Farewell extends Handler.Wrapper {
    private Farewell(Handler next) {
      super(next);
    }

    @Override
    public boolean handle(
        org.eclipse.jetty.server.Request request,
        org.eclipse.jetty.server.Response response,
        Callback callback)
        throws Exception {
      // HTTP/2 has no such header, and says so in a frame of its own.
      if (stopping
          && request.getConnectionMetaData().getHttpVersion().getVersion()
              <= HttpVersion.HTTP_1_1.getVersion()) {
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
      }
      return super.handle(request, response, callback);
    }
  }

  static URI url(String scheme, String host, int port) {
    boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
    String name = everywhere ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
    return URI.create(scheme + "://" + name + ":" + port);
  }

  private static void answerOptionsWithoutBody(
      ContainerRequestContext request, ContainerResponseContext response) {
    if (request.getMethod().equals(HttpMethod.OPTIONS)
        && response.getStatusInfo() == Response.Status.OK) {
      response.setEntity(null);
      response.getHeaders().remove(HttpHeaders.CONTENT_TYPE);
      response.setStatusInfo(Response.Status.NO_CONTENT);
    }
  }

  /** Jersey refuses a malformed Accept or Content-Type without asking the mapper. */
  private static void answerErrorsInTheEnvelope(
      ContainerRequestContext request, ContainerResponseContext response) {
    if (response.getStatus() >= 400 && !response.hasEntity()) {
      ErrorCode code = ErrorCode.ofStatus(response.getStatus());
      response.setStatus(code.status());
      response.setEntity(code.envelope(), new Annotation[0], MediaType.APPLICATION_JSON_TYPE);
    }
  }

  /** RFC 8259 §8.1: JSON is UTF-8. And a compressed body is not expanded. */
  private static Object readPlainUtf8(ReaderInterceptorContext context) throws IOException {
    String charset = context.getMediaType().getParameters().get(MediaType.CHARSET_PARAMETER);
    String coding = context.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING);
    if ((charset != null && !charset.equalsIgnoreCase("utf-8"))
        || (coding != null && !coding.equalsIgnoreCase("identity"))) {
      throw new ApiException(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
    }
    return context.proceed();
  }

  /** Which operations take a token, which a session: the rest is open to anyone. */
  private static DynamicFeature authentication(
      TokenAuthentication byToken, SessionAuthentication bySession) {
    return (resource, context) -> {
      Class<?> api = resource.getResourceClass();
      if (VerificationApi.class.isAssignableFrom(api)) {
        context.register(byToken, Priorities.AUTHENTICATION);
      } else if (TokensApi.class.isAssignableFrom(api)
          || (SessionApi.class.isAssignableFrom(api)
              && !resource.getResourceMethod().getName().equals("signIn"))) {
        context.register(bySession, Priorities.AUTHENTICATION);
      }
    };
  }
}
