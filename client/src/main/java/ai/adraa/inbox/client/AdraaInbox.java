package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.LeakedTokensApi;
import ai.adraa.inbox.client.generated.SessionApi;
import ai.adraa.inbox.client.generated.SignInCodesApi;
import ai.adraa.inbox.client.generated.VerificationApi;
import ai.adraa.inbox.client.model.CreatedSession;
import ai.adraa.inbox.client.model.LeakReport;
import ai.adraa.inbox.client.model.LeakedToken;
import ai.adraa.inbox.client.model.Session;
import ai.adraa.inbox.client.model.SignInAttempt;
import ai.adraa.inbox.client.model.SignInCodeRequest;
import ai.adraa.inbox.client.model.TokenVerification;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of the Adraa Inbox API. Immutable and thread-safe. Create one instance and reuse it,
 * because it keeps connections open.
 *
 * <p>The client does not follow redirects, so it never sends a token to another server. It repeats
 * some failed requests, see {@link Builder#retries}.
 *
 * <p>A null argument is a {@link NullPointerException} with the parameter's name.
 */
public final class AdraaInbox implements AutoCloseable {
  /** The base URL of the API, used unless the builder sets another one. */
  public static final URI DEFAULT_BASE_URL = URI.create("https://api.inbox.adraa.ai");

  private final Transport transport;
  private final Transport withToken;
  private final Executor executor;
  private final boolean ownsHttpClient;

  private AdraaInbox(Builder builder) {
    HttpClient given = builder.httpClient;
    this.ownsHttpClient = given == null;
    HttpClient http =
        given != null
            ? given
            : HttpClient.newBuilder()
                .connectTimeout(builder.connectTimeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    this.executor = builder.executor;
    this.transport =
        new Transport(
            http,
            builder.baseUrl,
            builder.requestTimeout,
            builder.userAgent,
            new Retry(builder.retries, builder.maxRetryAfter, builder.pause),
            builder.listener,
            null);
    Supplier<String> token = builder.token;
    this.withToken = token == null ? transport : transport.with(Credential.bearer(token));
  }

  /**
   * Returns a client with the token in the environment variable {@code ADRAA_TOKEN}, and the base
   * URL in {@code ADRAA_URL} if that is set.
   *
   * @throws IllegalStateException if a variable is missing or not valid; the message does not
   *     contain the token
   */
  public static AdraaInbox fromEnvironment() {
    return builder().fromEnvironment().build();
  }

  /** Returns a builder with the default values. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Verifies this client's token.
   *
   * @return the workspace that the token grants access to, and the token's id and name
   * @throws AdraaInboxException {@code MISSING_TOKEN} if this client has no token, {@code
   *     INVALID_API_TOKEN} if the token is unknown, malformed, expired or revoked, or another code
   */
  public TokenVerification verify() {
    return withToken.call(Operation.VERIFY_TOKEN, api -> new VerificationApi(api).verifyToken());
  }

  /**
   * Verifies this client's token without blocking the caller, see {@link #async}.
   *
   * @return fails with the exceptions of {@link #verify}
   */
  public CompletableFuture<TokenVerification> verifyAsync() {
    return async(this::verify);
  }

  /**
   * Runs any call of this client or of its sessions in a thread of {@link Builder#executor}.
   *
   * <pre>{@code
   * inbox.async(() -> console.createToken(workspaceId, "CRM"))
   * }</pre>
   *
   * @return fails with the exception of the call; cancelling it ends the request
   */
  public <T> CompletableFuture<T> async(Supplier<T> call) {
    Objects.requireNonNull(call, "call");
    return Background.run(executor, call);
  }

  /**
   * Verifies this client's token and returns when it expires.
   *
   * @return empty if the token does not expire
   * @throws AdraaInboxException the same as {@link #verify}
   */
  public Optional<Instant> tokenExpiresAt() {
    return withToken
        .call(Operation.VERIFY_TOKEN, api -> new VerificationApi(api).verifyTokenWithHttpInfo())
        .getHeaders()
        .entrySet()
        .stream()
        .filter(header -> header.getKey().equalsIgnoreCase("X-Token-Expires-At"))
        .map(header -> AdraaInboxException.time(header.getValue().get(0)))
        .findFirst();
  }

  /**
   * Revokes this client's token: the next request with it fails. It cannot be undone.
   *
   * @throws AdraaInboxException {@code MISSING_TOKEN} if this client has no token, {@code
   *     INVALID_API_TOKEN} if the token is unknown, malformed, expired or already revoked, also by
   *     a first request whose response was lost, or another code
   */
  public void revokeOwnToken() {
    withToken.run(Operation.REVOKE_OWN_TOKEN, api -> new VerificationApi(api).revokeOwnToken());
  }

  /**
   * Reports secrets that were found in public. The server revokes their tokens and tells the admins
   * of their workspaces. It ignores secrets that are unknown, malformed or already revoked. This
   * client's own token is not sent.
   *
   * @param found each secret, and the URL where it was found, if there is one; at most 1,000
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if the list is empty or too long, or if a
   *     field is not valid, or another code
   */
  public void reportLeakedTokens(List<LeakedToken> found) {
    Objects.requireNonNull(found, "found");
    transport.run(
        Operation.REPORT_LEAKED_TOKENS,
        api -> new LeakedTokensApi(api).reportLeakedTokens(new LeakReport().tokens(found)));
  }

  /**
   * Requests a sign-in code, which the server sends to the agent by email. The code is valid for 10
   * minutes and one sign-in. The method also succeeds if the address belongs to no agent.
   *
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if {@code email} is not an email address,
   *     or another code
   */
  public void requestSignInCode(String email) {
    Objects.requireNonNull(email, "email");
    transport.run(
        Operation.REQUEST_SIGN_IN_CODE,
        api -> new SignInCodesApi(api).requestSignInCode(new SignInCodeRequest().email(email)));
  }

  /**
   * Exchanges a sign-in code for a console session.
   *
   * @param code the 6 digits from the email
   * @throws AdraaInboxException {@code INVALID_SIGN_IN_CODE} if the code is wrong, used or expired,
   *     or another code
   */
  public ConsoleSession signIn(String email, String code) {
    Objects.requireNonNull(email, "email");
    Objects.requireNonNull(code, "code");
    SignInAttempt attempt =
        new SignInAttempt().email(email).code(code).credential(SignInAttempt.CredentialEnum.BEARER);
    CreatedSession created =
        transport.call(Operation.SIGN_IN, api -> new SessionApi(api).signIn(attempt));
    if (created.getSecret() == null) {
      throw AdraaInboxException.unreadable("The response has no session secret.");
    }
    return resumeSession(created.getSecret(), created.getSession());
  }

  /**
   * Continues a session that the application has stored, see {@link ConsoleSession#secret}. Does
   * not contact the server.
   *
   * @param session the session's secret, {@code adraa_session_…}, or the value of a session cookie
   * @throws IllegalArgumentException if the text is empty or contains white space or other
   *     characters that neither can have; the message does not contain the text
   */
  public ConsoleSession resumeSession(String session) {
    Objects.requireNonNull(session, "session");
    return resumeSession(session, null);
  }

  private ConsoleSession resumeSession(String secret, @Nullable Session session) {
    Credential.require(secret, "A session");
    Credential credential =
        secret.startsWith("adraa_session_")
            ? Credential.bearer(() -> secret)
            : Credential.cookie(secret);
    return new ConsoleSession(secret, transport.with(credential), session);
  }

  /**
   * Waits for the requests of this client and of its sessions, then closes their connections. Does
   * nothing on Java 17 to 20, which cannot close an {@link HttpClient}, and nothing to a client
   * from {@link Builder#httpClient}.
   */
  @Override
  public void close() {
    // An HttpClient is AutoCloseable from Java 21 on.
    if (ownsHttpClient && transport.http() instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public String toString() {
    return "AdraaInbox["
        + transport.baseUrl()
        + (withToken == transport ? ", without a token]" : ", with a token]");
  }

  /** Builds an {@link AdraaInbox}. Not thread-safe. */
  public static final class Builder {
    private static final Duration YEAR = Duration.ofDays(365);

    private URI baseUrl = DEFAULT_BASE_URL;
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration requestTimeout = Duration.ofSeconds(30);
    private int retries = 2;
    private Duration maxRetryAfter = Duration.ofSeconds(30);
    private Retry.Pause pause = time -> Thread.sleep(time.toMillis());
    private RequestListener listener = attempt -> {};
    private Executor executor = Background::startThread;
    private @Nullable HttpClient httpClient;
    private @Nullable String userAgent;
    private @Nullable Supplier<String> token;

    private Builder() {}

    /**
     * Sets the base URL of the API. The default is {@link #DEFAULT_BASE_URL}.
     *
     * @param baseUrl an http or https URL without user name, query and fragment
     * @throws IllegalArgumentException if {@code baseUrl} is not such a URL
     */
    public Builder baseUrl(URI baseUrl) {
      Objects.requireNonNull(baseUrl, "baseUrl");
      String scheme = baseUrl.getScheme();
      if (baseUrl.getHost() == null
          || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
          || baseUrl.getRawQuery() != null
          || baseUrl.getRawFragment() != null
          || baseUrl.getRawUserInfo() != null) {
        throw new IllegalArgumentException(
            "The base URL must be an http or https URL with a host, such as " + DEFAULT_BASE_URL);
      }
      this.baseUrl = URI.create(baseUrl.toString().replaceAll("/+$", ""));
      return this;
    }

    /**
     * Sets the workspace API token.
     *
     * @param token the full secret, {@code adraa_…}; read it from a secret manager or an
     *     environment variable, never from source code
     * @throws IllegalArgumentException if the token is empty or contains white space or other
     *     characters that a token cannot have; the message does not contain the token
     */
    public Builder token(String token) {
      Objects.requireNonNull(token, "token");
      Credential.require(token, "A token");
      this.token = () -> token;
      return this;
    }

    /**
     * Sets where the workspace API token comes from, for example a file that changes when the token
     * is replaced. The client asks the supplier before the first request, and again after a
     * response 401: if it returns another token, the request is sent once more with it. {@link
     * AdraaInbox#revokeOwnToken} does not ask again.
     *
     * <p>The time limits do not apply to the supplier, and all requests of the client wait for it.
     * It must not use the same client.
     *
     * @param token returns the full secret, {@code adraa_…}; its exceptions are the caller's
     */
    public Builder token(Supplier<String> token) {
      this.token = Objects.requireNonNull(token, "token");
      return this;
    }

    /**
     * Sets the token to the value of the environment variable {@code ADRAA_TOKEN}, and the base URL
     * to that of {@code ADRAA_URL} if that is set.
     *
     * @throws IllegalStateException if a variable is missing or not valid; the message does not
     *     contain the token
     */
    public Builder fromEnvironment() {
      return from(System.getenv());
    }

    Builder from(Map<String, String> environment) {
      String secret = environment.get("ADRAA_TOKEN");
      if (secret == null) {
        throw new IllegalStateException("The environment variable ADRAA_TOKEN is not set");
      }
      String name = "ADRAA_TOKEN";
      try {
        token(secret);
        name = "ADRAA_URL";
        String url = environment.get(name);
        return url == null ? this : baseUrl(URI.create(url));
      } catch (IllegalArgumentException e) {
        throw new IllegalStateException("The environment variable " + name + " is not valid", e);
      }
    }

    /**
     * Sets how long to wait for a connection. The default is 5 seconds. Not used with {@link
     * #httpClient}, which has a limit of its own.
     *
     * @throws IllegalArgumentException if {@code timeout} is not positive
     */
    public Builder connectTimeout(Duration timeout) {
      this.connectTimeout = positive(timeout);
      return this;
    }

    /**
     * Sets how long one request can take, from the connection to the end of the response. The
     * default is 30 seconds.
     *
     * @throws IllegalArgumentException if {@code timeout} is not positive
     */
    public Builder requestTimeout(Duration timeout) {
      this.requestTimeout = positive(timeout);
      return this;
    }

    /**
     * Sets how many times a failed request is repeated. The default is 2; 0 turns retries off.
     *
     * <p>The client repeats a request that could not connect, or that got the status 429. It
     * repeats a request also after a lost connection or the status 503, unless it would create
     * something twice: not {@code createToken}, {@code replaceToken}, {@code requestSignInCode} and
     * {@code signIn}. It waits half a second before the first retry and twice as long before each
     * further one, with jitter, or as long as {@code Retry-After} says.
     *
     * @throws IllegalArgumentException if {@code retries} is negative
     */
    public Builder retries(int retries) {
      if (retries < 0) {
        throw new IllegalArgumentException("The number of retries must not be negative");
      }
      this.retries = retries;
      return this;
    }

    /**
     * Sets the longest {@code Retry-After} that the client waits for. The default is 30 seconds. If
     * the server asks for more, the call fails at once.
     *
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public Builder maxRetryAfter(Duration limit) {
      Objects.requireNonNull(limit, "limit");
      if (limit.isNegative()) {
        throw new IllegalArgumentException("The limit must not be negative");
      }
      this.maxRetryAfter = atMostOneYear(limit);
      return this;
    }

    /**
     * Sets the HTTP client, for a proxy or own certificates. {@link AdraaInbox#close} does not
     * close it.
     *
     * @throws IllegalArgumentException if the client follows redirects, because it could send the
     *     token to another server
     */
    public Builder httpClient(HttpClient httpClient) {
      Objects.requireNonNull(httpClient, "httpClient");
      if (httpClient.followRedirects() != HttpClient.Redirect.NEVER) {
        throw new IllegalArgumentException("The HTTP client must not follow redirects");
      }
      this.httpClient = httpClient;
      return this;
    }

    /**
     * Sets the header {@code User-Agent}, for example {@code shop/2.1}. The default is that of
     * {@link HttpClient}.
     *
     * @throws IllegalArgumentException if the text is blank or contains other characters than
     *     printable ASCII
     */
    public Builder userAgent(String userAgent) {
      Objects.requireNonNull(userAgent, "userAgent");
      if (userAgent.isBlank() || !userAgent.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
        throw new IllegalArgumentException("A user agent must be printable ASCII");
      }
      this.userAgent = userAgent;
      return this;
    }

    /** Sets what is called for each request that the client has sent, for metrics and logs. */
    public Builder listener(RequestListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Sets which threads run the calls of {@link AdraaInbox#async} and {@link
     * AdraaInbox#verifyAsync}. By default, each call starts a thread. On Java 21 and later, use
     * {@code Executors.newVirtualThreadPerTaskExecutor()}.
     */
    public Builder executor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /** Sets how to wait between two requests, for tests. */
    Builder pause(Retry.Pause pause) {
      this.pause = pause;
      return this;
    }

    /** Returns a client with the values that were set. */
    public AdraaInbox build() {
      return new AdraaInbox(this);
    }

    @Override
    public String toString() {
      return "AdraaInbox.Builder[" + baseUrl + "]";
    }

    private static Duration positive(Duration timeout) {
      Objects.requireNonNull(timeout, "timeout");
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("The timeout must be positive, not " + timeout);
      }
      return atMostOneYear(timeout);
    }

    /** Nanoseconds of longer times do not fit into a number. */
    private static Duration atMostOneYear(Duration time) {
      return time.compareTo(YEAR) > 0 ? YEAR : time;
    }
  }
}
