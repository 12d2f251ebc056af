package ai.adraa.inbox.server;

import ai.adraa.inbox.server.api.SessionApi;
import ai.adraa.inbox.server.api.TokensApi;
import ai.adraa.inbox.server.api.VerificationApi;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.glassfish.jersey.CommonProperties;
import org.glassfish.jersey.jackson.JacksonFeature;
import org.glassfish.jersey.jetty.JettyHttpContainer;
import org.glassfish.jersey.server.ContainerFactory;
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
  private static final long STOP_TIMEOUT_MILLIS = 20_000;
  // How long a caller may pause in a request while the server stops; idle connections wait as long.
  private static final long STOP_IDLE_MILLIS = 3_000;

  /**
   * What the operator decides.
   *
   * @param port 0 for any that is free
   * @param database a file, or a JDBC URL
   * @param smtp the mail server's URL; empty to print mail to the log
   * @param publicUrl where browsers find the server; empty for the address it listens on
   * @param rateLimit for each IP address; empty for none
   * @param tls what to show and speak TLS with; empty for plain HTTP
   */
  public record Options(
      String host,
      int port,
      String database,
      Optional<String> smtp,
      String mailFrom,
      Optional<URI> publicUrl,
      Optional<RateLimit> rateLimit,
      Optional<TlsFiles> tls) {}

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
  private final SignInService signIn;

  /**
   * Starts the server; on return it answers.
   *
   * @throws UserException if the port is in use, the database or the certificate cannot be used, or
   *     an option is wrong
   */
  public InboxServer(Options options, Clock clock) {
    Mailer mailer = new Mailer(options.smtp().orElse(null), options.mailFrom(), clock);
    tls = options.tls().map(files -> new Tls(files, clock)).orElse(null);
    jetty = new Server();
    jetty.setStopTimeout(STOP_TIMEOUT_MILLIS);
    jetty.setErrorHandler(new JsonErrorHandler());
    ServerConnector connector = listen(jetty, options, tls);
    url = url(tls == null ? "http" : "https", options.host(), connector.getLocalPort());
    URI publicUrl = options.publicUrl().orElse(url);
    try {
      database = Database.open(options.database());
    } catch (RuntimeException e) {
      connector.close();
      throw e;
    }
    TokenStore tokenStore = new TokenStore(database);
    WorkspaceStore workspaces = new WorkspaceStore(database, clock);
    lastUse = new LastUse(tokenStore);
    TokenService tokens = new TokenService(tokenStore, lastUse, clock);
    signIn =
        new SignInService(
            new SignInStore(database), workspaces, mailer, pageUrl(publicUrl, "/app"), clock);

    ResourceConfig api =
        new ResourceConfig()
            .property(CommonProperties.FEATURE_AUTO_DISCOVERY_DISABLE, true)
            .property(CommonProperties.METAINF_SERVICES_LOOKUP_DISABLE, true)
            .property(ServerProperties.WADL_FEATURE_DISABLE, true)
            .property(ServerProperties.LOCATION_HEADER_RELATIVE_URI_RESOLUTION_DISABLED, true)
            .register(JacksonFeature.withoutExceptionMappers())
            .register(new Json())
            .register(ValidationFeature.class)
            .register(new ContentLength())
            .register((ContainerResponseFilter) InboxServer::answerOptionsWithoutBody)
            .register(new ErrorMapper())
            .register(new ErrorMapper.OfValidation())
            .register(new CrossOriginFilter(publicUrl), Priorities.AUTHENTICATION - 1)
            .register(authentication(tokens, signIn, workspaces))
            .register(new VerificationResource())
            .register(new SignInCodesResource(signIn))
            .register(new SessionResource(signIn, workspaces, publicUrl))
            .register(new TokensResource(tokens));

    // GracefulHandler → RequestIdHandler → PagesHandler → RateLimitHandler → SizeLimitHandler
    // → Jersey
    SizeLimitHandler sizeLimit = new SizeLimitHandler(MAX_BODY_BYTES, -1);
    sizeLimit.setHandler(ContainerFactory.createContainer(JettyHttpContainer.class, api));
    Handler handler = sizeLimit;
    if (options.rateLimit().isPresent()) {
      handler = new RateLimitHandler(options.rateLimit().get(), handler);
    }
    jetty.setHandler(new GracefulHandler(new RequestIdHandler(new PagesHandler(handler))));
    try {
      jetty.start();
      lastUse.start();
      if (tls != null) {
        tls.start();
      }
    } catch (Exception e) {
      close();
      throw new IllegalStateException("Cannot start the server", e);
    }
    LOG.info(
        "Adraa Inbox server {} listens on {}, database {}", version(), url, options.database());
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

  /**
   * Stops accepting, finishes what is in flight, sends waiting mail, writes when tokens were last
   * used and closes the database.
   */
  @Override
  public void close() {
    try {
      jetty.stop();
    } catch (Exception e) {
      LOG.error("Cannot stop the HTTP server in good order", e);
    }
    if (tls != null) {
      tls.close();
    }
    signIn.close();
    lastUse.close();
    database.close();
  }

  private static ServerConnector listen(Server jetty, Options options, @Nullable Tls tls) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    ServerConnector connector =
        tls == null
            ? new ServerConnector(jetty, new HttpConnectionFactory(http))
            : new ServerConnector(jetty, tls.protocols(http, options.publicUrl()));
    connector.setHost(options.host());
    connector.setPort(options.port());
    connector.setShutdownIdleTimeout(STOP_IDLE_MILLIS);
    jetty.addConnector(connector);
    try {
      connector.open();
    } catch (IOException e) {
      if (e.getCause() instanceof BindException || e instanceof BindException) {
        throw new UserException(
            "Cannot listen on %s port %d: it is in use or not allowed; choose another with --port"
                .formatted(options.host(), options.port()),
            e);
      }
      throw new UserException(
          "Cannot listen on %s: %s".formatted(options.host(), e.getMessage()), e);
    } catch (UnresolvedAddressException e) {
      throw new UserException("Cannot listen on " + options.host() + ": unknown host", e);
    }
    return connector;
  }

  private static URI url(String scheme, String host, int port) {
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

  /** Which operations take a token, which a session: the rest is open to anyone. */
  private static DynamicFeature authentication(
      TokenService tokens, SignInService signIn, WorkspaceStore workspaces) {
    TokenAuthentication byToken = new TokenAuthentication(tokens);
    SessionAuthentication bySession = new SessionAuthentication(signIn, workspaces);
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
