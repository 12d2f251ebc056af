package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.ApiClient;
import ai.adraa.inbox.client.generated.LeakedTokensApi;
import ai.adraa.inbox.client.generated.SessionApi;
import ai.adraa.inbox.client.generated.SignInCodesApi;
import ai.adraa.inbox.client.generated.VerificationApi;
import ai.adraa.inbox.client.model.CreatedSession;
import ai.adraa.inbox.client.model.LeakReport;
import ai.adraa.inbox.client.model.LeakedToken;
import ai.adraa.inbox.client.model.SignInAttempt;
import ai.adraa.inbox.client.model.SignInCodeRequest;
import ai.adraa.inbox.client.model.TokenVerification;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client of the Adraa Inbox API. Immutable and thread-safe. Create one instance and reuse it,
 * because it keeps connections open.
 *
 * <p>The client does not follow redirects, so it never sends a token to another server.
 */
public final class AdraaInbox {
  /** The base URL of the API, used unless the builder sets another one. */
  public static final URI DEFAULT_BASE_URL = URI.create("https://api.inbox.adraa.ai");

  private final HttpClient http;
  private final URI baseUrl;
  private final Duration requestTimeout;
  private final boolean hasToken;
  private final VerificationApi verification;
  private final LeakedTokensApi leakedTokens;
  private final SignInCodesApi signInCodes;
  private final SessionApi sessions;

  private AdraaInbox(Builder builder) {
    String token = builder.token;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(builder.connectTimeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.baseUrl = builder.baseUrl;
    this.requestTimeout = builder.requestTimeout;
    this.hasToken = token != null;
    this.verification =
        new VerificationApi(
            // RFC 6750 §2.1.
            token == null ? transport() : transport("Authorization", "Bearer " + token));
    this.leakedTokens = new LeakedTokensApi(transport());
    this.signInCodes = new SignInCodesApi(transport());
    this.sessions = new SessionApi(transport());
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
    return AdraaInboxException.unwrap(verification::verifyToken);
  }

  /**
   * Verifies this client's token and returns when it expires.
   *
   * @return empty if the token does not expire
   * @throws AdraaInboxException the same as {@link #verify}
   */
  public Optional<Instant> tokenExpiresAt() {
    return AdraaInboxException.unwrap(verification::verifyTokenWithHttpInfo)
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
   *     INVALID_API_TOKEN} if the token is unknown, malformed, expired or already revoked, or
   *     another code
   */
  public void revokeOwnToken() {
    AdraaInboxException.unwrap(
        () -> {
          verification.revokeOwnToken();
          return this;
        });
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
    AdraaInboxException.unwrap(
        () -> {
          leakedTokens.reportLeakedTokens(new LeakReport().tokens(found));
          return this;
        });
  }

  /**
   * Requests a sign-in code, which the server sends to the agent by email. The code is valid for 10
   * minutes and one sign-in. The method also succeeds if the address belongs to no agent.
   *
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if {@code email} is not an email address,
   *     or another code
   */
  public void requestSignInCode(String email) {
    AdraaInboxException.unwrap(
        () -> {
          signInCodes.requestSignInCode(new SignInCodeRequest().email(email));
          return this;
        });
  }

  /**
   * Exchanges a sign-in code for a console session.
   *
   * @param code the 6 digits from the email
   * @throws AdraaInboxException {@code INVALID_SIGN_IN_CODE} if the code is wrong, used or expired,
   *     or another code
   */
  public ConsoleSession signIn(String email, String code) {
    CreatedSession created =
        AdraaInboxException.unwrap(
            () ->
                sessions.signIn(
                    new SignInAttempt()
                        .email(email)
                        .code(code)
                        .credential(SignInAttempt.CredentialEnum.BEARER)));
    if (created.getSecret() == null) {
      throw AdraaInboxException.unreadable("The response has no session secret.");
    }
    return resumeSession(created.getSecret());
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
    requireToken(session, "A session");
    return new ConsoleSession(
        session,
        session.startsWith("adraa_session_")
            ? transport("Authorization", "Bearer " + session)
            : transport("Cookie", "adraa_session=" + session));
  }

  @Override
  public String toString() {
    return "AdraaInbox[" + baseUrl + (hasToken ? ", with a token]" : ", without a token]");
  }

  private ApiClient transport(String header, String value) {
    return transport().setRequestInterceptor(request -> request.header(header, value));
  }

  private ApiClient transport() {
    return new SharedHttpClient(http, baseUrl).setReadTimeout(requestTimeout);
  }

  /**
   * Shares one HTTP client. The generated class creates one, with its threads, for each API class.
   */
  private static final class SharedHttpClient extends ApiClient {
    private final HttpClient http;

    SharedHttpClient(HttpClient http, URI baseUrl) {
      super(HttpClient.newBuilder(), RequiredFields.mapper(), baseUrl.toString());
      this.http = http;
    }

    @Override
    public HttpClient getHttpClient() {
      return http;
    }
  }

  /** Rejects a text that cannot be one credential in a header. The message does not contain it. */
  private static void requireToken(String secret, String what) {
    if (secret.isEmpty() || !secret.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ';')) {
      throw new IllegalArgumentException(
          what
              + " must not be empty and must contain only ASCII characters without white space or ';'");
    }
  }

  /** Builds an {@link AdraaInbox}. Not thread-safe. */
  public static final class Builder {
    private URI baseUrl = DEFAULT_BASE_URL;
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration requestTimeout = Duration.ofSeconds(30);
    private @Nullable String token;

    private Builder() {}

    /**
     * Sets the base URL of the API. The default is {@link #DEFAULT_BASE_URL}.
     *
     * @param baseUrl an http or https URL without user name, query and fragment
     * @throws IllegalArgumentException if {@code baseUrl} is not such a URL
     */
    public Builder baseUrl(URI baseUrl) {
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
      requireToken(token, "A token");
      this.token = token;
      return this;
    }

    /**
     * Sets how long to wait for a connection. The default is 5 seconds.
     *
     * @throws IllegalArgumentException if {@code timeout} is not positive
     */
    public Builder connectTimeout(Duration timeout) {
      this.connectTimeout = positive(timeout);
      return this;
    }

    /**
     * Sets how long to wait until a response begins. The default is 30 seconds.
     *
     * @throws IllegalArgumentException if {@code timeout} is not positive
     */
    public Builder requestTimeout(Duration timeout) {
      this.requestTimeout = positive(timeout);
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
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("The timeout must be positive, not " + timeout);
      }
      return timeout;
    }
  }
}
