package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.account.SignInService;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.api.AuditEventsApi;
import ai.adraa.inbox.server.api.LeakedTokensApi;
import ai.adraa.inbox.server.api.SessionApi;
import ai.adraa.inbox.server.api.SignInCodesApi;
import ai.adraa.inbox.server.api.TokensApi;
import ai.adraa.inbox.server.api.VerificationApi;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.github.GitHubKeys;
import ai.adraa.inbox.server.http.WorkerHandler;
import ai.adraa.inbox.server.token.LeakReports;
import ai.adraa.inbox.server.token.TokenService;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Handler;
import org.glassfish.jersey.CommonProperties;
import org.glassfish.jersey.jackson.JacksonFeature;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.server.validation.ValidationFeature;

/**
 * Builds the handlers for the contract's operations. The only place that registers resources,
 * filters and mappers.
 */
public final class RestApi {
  /** The generated interfaces: all operations of the contract. */
  static final List<Class<?>> INTERFACES =
      List.of(
          VerificationApi.class,
          SignInCodesApi.class,
          SessionApi.class,
          TokensApi.class,
          LeakedTokensApi.class,
          AuditEventsApi.class);

  /** The path of {@code reportLeakedTokens}; other reports of leaked tokens have paths under it. */
  public static final String LEAKED_TOKENS_PATH =
      LeakedTokensApi.class.getAnnotation(Path.class).value();

  /** The path of {@code verifyToken}. */
  public static final String VERIFICATION_PATH =
      VerificationApi.class.getAnnotation(Path.class).value();

  private final TokenAuthentication byToken;
  private final ResourceConfig operations;

  /**
   * @param gitHubKeys empty to accept no reports of GitHub
   * @param publicUrl the URL at which browsers reach the console
   * @param verifications receives the outcome of each verification; must be thread-safe
   */
  public RestApi(
      TokenService tokens,
      LeakReports leaks,
      Optional<GitHubKeys> gitHubKeys,
      SignInService signIn,
      WorkspaceStore workspaces,
      AuditStore events,
      URI publicUrl,
      Consumer<TokenAuthentication.Outcome> verifications) {
    SessionCookie cookie = new SessionCookie(publicUrl);
    byToken = new TokenAuthentication(tokens, verifications);
    operations =
        new ResourceConfig()
            .property(CommonProperties.FEATURE_AUTO_DISCOVERY_DISABLE, true)
            .property(CommonProperties.METAINF_SERVICES_LOOKUP_DISABLE, true)
            .property(ServerProperties.WADL_FEATURE_DISABLE, true)
            .property(ServerProperties.LOCATION_HEADER_RELATIVE_URI_RESOLUTION_DISABLED, true)
            .register(JacksonFeature.withoutExceptionMappers())
            .register(new ObjectMapperProvider())
            .register(new OperationFilter())
            .register(ValidationFeature.class)
            .register(new HeaderFilter())
            .register(new ContentLength())
            .register((ContainerResponseFilter) RestApi::answerOptionsWithoutBody)
            .register((ContainerResponseFilter) RestApi::answerPlainJson)
            .register(new PlainParameters(), Priorities.AUTHENTICATION + 1)
            .register(new PlainUtf8())
            .register(new ErrorMapper())
            .register(new ErrorMapper.OfValidation())
            .register(new CrossOriginFilter(publicUrl), Priorities.AUTHENTICATION - 1)
            .register(
                authentication(
                    byToken,
                    new SessionAuthentication(cookie, signIn, workspaces),
                    new GitHubSignature(gitHubKeys)))
            .register(new VerificationResource(tokens))
            .register(new SignInCodesResource(signIn))
            .register(new SessionResource(signIn, workspaces, cookie))
            .register(new TokensResource(tokens))
            .register(new LeakedTokensResource(leaks))
            .register(new AuditEventsResource(events));
  }

  /** Returns a handler for all operations. It blocks, so it must run on a worker thread. */
  public Handler handler() {
    return new JerseyHandler(operations);
  }

  /**
   * Returns a handler that answers plain verifications and refuses paths that are not in the
   * contract.
   *
   * @param quick true if a verification can run on the I/O thread
   * @param workers runs verifications that cannot
   * @param next handles all other requests
   */
  public Handler shortcuts(BooleanSupplier quick, WorkerHandler workers, Handler next) {
    return new VerificationHandler(quick, byToken, workers, new PathHandler(INTERFACES, next));
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

  /** Removes the parameters that Jersey copies from Accept: JSON has none (RFC 8259 §11). */
  private static void answerPlainJson(
      ContainerRequestContext request, ContainerResponseContext response) {
    if (response.hasEntity()) {
      response.getHeaders().putSingle(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_TYPE);
    }
  }

  /**
   * Requires a token for its own operations, a session for console operations except signing in,
   * and GitHub's signature for its reports.
   */
  private static DynamicFeature authentication(
      TokenAuthentication byToken, SessionAuthentication bySession, GitHubSignature byGitHub) {
    return (resource, context) -> {
      Class<?> api = resource.getResourceClass();
      if (VerificationApi.class.isAssignableFrom(api)) {
        context.register(byToken, Priorities.AUTHENTICATION);
      } else if (TokensApi.class.isAssignableFrom(api)
          || AuditEventsApi.class.isAssignableFrom(api)
          || (SessionApi.class.isAssignableFrom(api)
              && !resource.getResourceMethod().getName().equals("signIn"))) {
        context.register(bySession, Priorities.AUTHENTICATION);
      } else if (resource.getResourceMethod().getName().equals("reportLeakedTokensFromGitHub")) {
        context.register(byGitHub, Priorities.AUTHENTICATION);
      }
    };
  }
}
