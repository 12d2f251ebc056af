package ai.adraa.inbox.server;

import ai.adraa.inbox.server.account.SignInLimits;
import ai.adraa.inbox.server.account.SignInService;
import ai.adraa.inbox.server.account.SignInStore;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.github.GitHubKeys;
import ai.adraa.inbox.server.http.AccessLog;
import ai.adraa.inbox.server.http.BodyHandler;
import ai.adraa.inbox.server.http.Farewell;
import ai.adraa.inbox.server.http.JsonErrorHandler;
import ai.adraa.inbox.server.http.Listener;
import ai.adraa.inbox.server.http.PagesHandler;
import ai.adraa.inbox.server.http.RateLimitHandler;
import ai.adraa.inbox.server.http.RequestIdHandler;
import ai.adraa.inbox.server.http.RequestMetrics;
import ai.adraa.inbox.server.http.SmallBodyHandler;
import ai.adraa.inbox.server.http.StrictHttpHandler;
import ai.adraa.inbox.server.http.Tls;
import ai.adraa.inbox.server.http.WorkerHandler;
import ai.adraa.inbox.server.http.WorkerPool;
import ai.adraa.inbox.server.log.StderrAppender;
import ai.adraa.inbox.server.mail.Mailer;
import ai.adraa.inbox.server.mail.OutgoingMailSender;
import ai.adraa.inbox.server.mail.OutgoingMailStore;
import ai.adraa.inbox.server.management.ManagementServer;
import ai.adraa.inbox.server.management.Readiness;
import ai.adraa.inbox.server.metrics.Metrics;
import ai.adraa.inbox.server.rest.RestApi;
import ai.adraa.inbox.server.rest.TokenAuthentication;
import ai.adraa.inbox.server.token.LeakReports;
import ai.adraa.inbox.server.token.TokenService;
import ai.adraa.inbox.server.token.TokenUse;
import ai.adraa.inbox.server.token.UsageStore;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Assembles, starts and stops the server: the composition root. */
public final class InboxServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InboxServer.class);
  // The limit for the whole stop. TimeoutStopSec of the service unit must be longer.
  private static final long STOP_MILLIS = 30_000;
  // The part of STOP_MILLIS for requests in flight.
  private static final long STOP_REQUESTS_MILLIS = 20_000;
  private static final long FAREWELL_MILLIS = 500;
  // Threads that read and write connections: one per processor, at most 32. More would not help,
  // because they never wait: work that may wait continues on a worker thread, see WorkerHandler.
  private static final int SELECTORS = Math.min(Runtime.getRuntime().availableProcessors(), 32);
  // How long a request waits for a worker thread before the server answers 503.
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  // Well above every wait for the database. A thread that is busy for longer is stuck elsewhere.
  private static final Duration STALLED = Duration.ofSeconds(10);

  private final URI url;
  private final URI listenUrl;
  private final URI publicUrl;
  private final Server jetty = new Server();
  private final @Nullable Tls tls;
  private final Database database;
  private final LastUse<TokenUse> lastUse;
  private final LastUse<Instant> lastSessionUse;
  private final SignInService signIn;
  private final OutgoingMailSender outgoingMail;
  private final Metrics metrics = new Metrics();
  private final @Nullable ManagementServer management;
  private final Readiness readiness;
  private final Farewell farewell;
  private volatile String stopPhase = "";

  /**
   * Starts a server. On return it accepts requests.
   *
   * @throws OperatorException if the port is in use, the database or the certificate cannot be
   *     used, or an option is wrong
   * @throws IllegalStateException if the server cannot start for another reason
   */
  public static InboxServer start(ServerOptions options, Clock clock) {
    InboxServer server = new InboxServer(options, clock);
    server.start();
    return server;
  }

  private InboxServer(ServerOptions options, Clock clock) {
    Mailer mailer =
        new Mailer(
            options.smtp().orElse(null),
            options.mailFrom().orElse(null),
            options.publicUrl().map(URI::getHost),
            clock,
            metrics.outcomes("adraa.mails", "Mails by outcome", Mailer.Outcome.class));
    tls = options.tls().map(files -> new Tls(files, clock)).orElse(null);
    Optional<GitHubKeys> gitHubKeys = options.gitHubKeys().map(at -> GitHubKeys.at(at, clock));
    jetty.setStopTimeout(STOP_REQUESTS_MILLIS);
    HttpConfiguration http = Listener.configuration();
    http.addCustomizer(options.trustedProxies());
    ServerConnector connector =
        Listener.open(
            jetty,
            options.listen(),
            "--port",
            options.idleTimeout(),
            SELECTORS,
            tls == null
                ? new ConnectionFactory[] {new HttpConnectionFactory(http)}
                : tls.protocols(http, options.publicUrl()));
    String scheme = tls == null ? "http" : "https";
    url = Listener.url(scheme, options.listen().host(), connector.getLocalPort());
    listenUrl = Listener.listenUrl(scheme, options.listen().host(), connector.getLocalPort());
    publicUrl = options.publicUrl().orElse(url);
    ManagementServer managementPort = null;
    try {
      managementPort = options.management().map(ManagementServer::new).orElse(null);
      database = Databases.openToServe(options.database(), options.standby());
    } catch (RuntimeException e) {
      connector.close();
      close(managementPort);
      throw e;
    }
    management = managementPort;

    lastUse = new UsageStore(database).lastUse();
    TokenService tokens = new TokenService(database, lastUse, clock);
    WorkspaceStore workspaces = new WorkspaceStore(database, clock);
    SignInStore signInStore = new SignInStore(database);
    lastSessionUse = LastUse.ofTimes("sessions", signInStore::updateLastUsed);
    signIn =
        new SignInService(
            signInStore,
            lastSessionUse,
            workspaces,
            mailer,
            pageUrl(publicUrl, "/app"),
            new SignInLimits(options.signInLimit()),
            clock);
    outgoingMail =
        new OutgoingMailSender(
            new OutgoingMailStore(database), mailer, pageUrl(publicUrl, "/app"), clock);
    RestApi api =
        new RestApi(
            tokens,
            new LeakReports(database, outgoingMail::wake, clock),
            gitHubKeys,
            signIn,
            workspaces,
            new AuditStore(database),
            publicUrl,
            metrics.outcomes(
                "adraa.verifications",
                "Verifications of API tokens by outcome",
                TokenAuthentication.Outcome.class));

    // The path of a request, from the connection to Jersey:
    //
    //   GracefulHandler      waits for requests in flight when the server stops
    //   Farewell             adds Connection: close when the server stops
    //   RequestIdHandler     gives the request its id
    //   StrictHttpHandler    refuses requests that proxies may parse differently
    //   PagesHandler         serves the console and the reference; browsers get "Page not found"
    //   RateLimitHandler     refuses too many requests from one address
    //   VerificationHandler  answers plain verifications
    //   PathHandler          refuses paths that are not in the contract
    //   SizeLimitHandler     refuses large bodies, with SmallBodyHandler
    //   BodyHandler          waits for the body
    //   WorkerHandler        continues on a worker thread
    //   JerseyHandler        runs the resource and writes the response
    WorkerHandler workers = new WorkerHandler(RestApi.VERIFICATION_PATH, PATIENCE, api.handler());
    BodyHandler bodies = new BodyHandler(Listener.REQUEST_DEADLINE, workers);
    SizeLimitHandler sizeLimit = new SizeLimitHandler(BodyHandler.LARGEST, -1);
    sizeLimit.setHandler(new SmallBodyHandler(RestApi.LEAKED_TOKENS_PATH, bodies));
    Handler handler = api.shortcuts(database::isQuick, workers, sizeLimit);
    Runnable rateLimited =
        metrics.counter("adraa.rate.limited", "Requests refused by the rate limit");
    if (options.rateLimit().isPresent()) {
      handler = new RateLimitHandler(options.rateLimit().get(), rateLimited, handler);
    }
    PagesHandler pages = new PagesHandler(options.publicUrl(), url, handler);
    jetty.setErrorHandler(new JsonErrorHandler(pages.notFound()));
    farewell = new Farewell(new RequestIdHandler(new StrictHttpHandler(pages.notFound(), pages)));
    jetty.setHandler(new GracefulHandler(farewell));
    RequestMetrics requests = new RequestMetrics(metrics);
    jetty.setRequestLog(
        options.accessLog()
            ? new RequestLog.Collection(requests, new AccessLog(options.trustedProxies()))
            : requests);
    readiness = new Readiness(database, workers.pools(), STALLED);
    observe(workers, bodies);
  }

  private void observe(WorkerHandler workers, BodyHandler bodies) {
    metrics.observe(jetty);
    database.observe(new MicrometerMetricsTrackerFactory(metrics.registry()), metrics::statement);
    database.file().ifPresent(metrics::observe);
    for (WorkerPool pool : workers.pools()) {
      metrics.gauge("adraa.workers.busy", "Busy worker threads", pool::busy, "pool", pool.name());
      metrics.gauge(
          "adraa.workers.waiting",
          "Requests that wait for a worker thread",
          pool::waiting,
          "pool",
          pool.name());
    }
    metrics.gauge(
        "adraa.request.bodies.bytes",
        "Bytes of request bodies in memory, without small ones that a resource has read",
        bodies::bufferedBytes);
    metrics.gauge(
        "adraa.last.use.backlog", "Tokens whose last use is not written yet", lastUse::backlog);
    metrics.counter(
        "adraa.log.dropped",
        "Log lines that were dropped because stderr was not read",
        StderrAppender::dropped);
  }

  private void start() {
    try {
      if (management != null) {
        management.start(readiness, metrics);
      }
      jetty.start();
      lastUse.start();
      lastSessionUse.start();
      outgoingMail.start();
      if (tls != null) {
        tls.start();
      }
      readiness.started();
    } catch (Exception e) {
      close();
      throw new IllegalStateException("Cannot start the server", e);
    }
    Optional.ofNullable(management)
        .map(ManagementServer::listenUrl)
        .ifPresent(
            at -> LOG.info("Health and metrics are at {}/health/ready and {}/metrics", at, at));
    LOG.info(
        "Adraa Inbox server {} listens on {}, database {}{}",
        version(),
        listenUrl,
        database.location(),
        publicUrl.equals(url) ? "" : ", public URL " + publicUrl);
  }

  /** Returns this program's version; {@code (development)} if it does not run from the jar. */
  public static String version() {
    return Optional.ofNullable(InboxServer.class.getPackage().getImplementationVersion())
        .orElse("(development)");
  }

  /** Returns the URL at which browsers reach the page with this path. */
  public static String pageUrl(URI publicUrl, String path) {
    return publicUrl.toString().replaceAll("/+$", "") + path;
  }

  /** Returns the URL of the address and port on which the server listens. */
  public URI url() {
    return url;
  }

  /** Returns the URL of the management port; empty if it is off. */
  public Optional<URI> managementUrl() {
    return Optional.ofNullable(management).map(ManagementServer::url);
  }

  /**
   * Stops accepting requests, finishes those in flight, writes when tokens and sessions were last
   * used, sends queued sign-in codes and closes the database. Returns after at most 30 seconds,
   * even if the database or the mail server hangs.
   */
  @Override
  public void close() {
    long begin = System.nanoTime();
    LOG.info("Stopping; this takes at most {} s", TimeUnit.MILLISECONDS.toSeconds(STOP_MILLIS));
    Thread stop = new Thread(this::stop, "stop");
    stop.setDaemon(true);
    stop.start();
    try {
      stop.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (stop.isAlive()) {
      LOG.error("Stop timed out: {}", stopPhase);
    } else {
      LOG.info("Stopped in {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }
  }

  private void stop() {
    stopPhase = "requests were still in flight";
    readiness.stopping();
    // Sends Connection: close for a while before the connector closes connections. Otherwise a
    // response sent just before would keep its connection open, and the next request on it would be
    // lost.
    farewell.begin();
    try {
      Thread.sleep(FAREWELL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Connector connector : jetty.getConnectors()) {
      // Before the handlers refuse requests, so that refusals also send Connection: close.
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
    stopPhase = "a mail was still being sent";
    outgoingMail.close();
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
}
