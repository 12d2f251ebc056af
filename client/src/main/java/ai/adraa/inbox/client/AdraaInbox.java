package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.ApiClient;
import ai.adraa.inbox.client.generated.ApiResponse;
import ai.adraa.inbox.client.generated.SessionApi;
import ai.adraa.inbox.client.generated.SignInCodesApi;
import ai.adraa.inbox.client.generated.VerificationApi;
import ai.adraa.inbox.client.model.SessionResponse;
import ai.adraa.inbox.client.model.SignInCodeRequest;
import ai.adraa.inbox.client.model.SignInRequest;
import ai.adraa.inbox.client.model.TokenVerification;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client of the Adraa Inbox API. Immutable and thread-safe; make one and keep it, since it keeps
 * connections open.
 *
 * <p>Redirects are not followed, so that a token is sent to no other server.
 */
public final class AdraaInbox {
  /** Where the API is, unless the builder is told otherwise. */
  public static final URI DEFAULT_BASE_URL = URI.create("https://api.inbox.adraa.ai");

  private static final String COOKIE = "adraa_session";

  private final HttpClient http;
  private final URI baseUrl;
  private final Duration requestTimeout;
  private final boolean hasToken;
  private final VerificationApi verification;
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
    this.signInCodes = new SignInCodesApi(transport());
    this.sessions = new SessionApi(transport());
  }

  /** A builder with all defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Verifies this client's token.
   *
   * @return the workspace that the token opens, and the token
   * @throws AdraaInboxException {@code MISSING_TOKEN} if this client was built without a token,
   *     {@code INVALID_API_TOKEN} if it is unknown, malformed or revoked, or any other failure
   */
  public TokenVerification verify() {
    return AdraaInboxException.unwrap(verification::verifyToken);
  }

  /**
   * Has a sign-in code sent to an agent's email. It is valid for 10 minutes, for one sign-in. The
   * answer is the same whether or not the email is known.
   *
   * @throws AdraaInboxException {@code VALIDATION_ERROR} if this is no email address, or any other
   *     failure
   */
  public void requestSignInCode(String email) {
    AdraaInboxException.unwrap(
        () -> {
          signInCodes.requestSignInCode(new SignInCodeRequest().email(email));
          return this;
        });
  }

  /**
   * Exchanges an emailed code for a console session.
   *
   * @param code the 6 digits
   * @throws AdraaInboxException {@code INVALID_SIGN_IN_CODE} if the code is wrong, used or expired,
   *     or any other failure
   */
  public ConsoleSession signIn(String email, String code) {
    ApiResponse<SessionResponse> response =
        AdraaInboxException.unwrap(
            () -> sessions.signInWithHttpInfo(new SignInRequest().email(email).code(code)));
    return resumeSession(cookie(response.getHeaders()));
  }

  /**
   * Goes on with a session that is kept elsewhere.
   *
   * @param sessionId the value of the cookie {@code adraa_session}
   */
  public ConsoleSession resumeSession(String sessionId) {
    requireToken(sessionId, "A session id");
    return new ConsoleSession(transport("Cookie", COOKIE + "=" + sessionId));
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

  /** The generated class would make an HTTP client, with its threads, for each part of the API. */
  private static final class SharedHttpClient extends ApiClient {
    private final HttpClient http;

    SharedHttpClient(HttpClient http, URI baseUrl) {
      super(HttpClient.newBuilder(), createDefaultObjectMapper(), baseUrl.toString());
      this.http = http;
    }

    @Override
    public HttpClient getHttpClient() {
      return http;
    }
  }

  private static String cookie(Map<String, List<String>> headers) {
    return headers.entrySet().stream()
        .filter(header -> header.getKey().equalsIgnoreCase("Set-Cookie"))
        .flatMap(header -> header.getValue().stream())
        .filter(cookie -> cookie.startsWith(COOKIE + "="))
        .map(cookie -> cookie.substring(COOKIE.length() + 1).split(";", 2)[0])
        .findFirst()
        .orElseThrow(() -> AdraaInboxException.unreadable("The answer brings no session cookie."));
  }

  /** Refuses what could not be one credential in a header; the message does not tell it. */
  private static void requireToken(String secret, String what) {
    if (secret.isEmpty() || !secret.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ';')) {
      throw new IllegalArgumentException(
          what + " must not be empty nor contain white space or other than ASCII characters");
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
     * Sets where the API is.
     *
     * @param baseUrl http or https, without query; {@link #DEFAULT_BASE_URL} unless set
     * @throws IllegalArgumentException if it is none
     */
    public Builder baseUrl(URI baseUrl) {
      String scheme = baseUrl.getScheme();
      if (baseUrl.getHost() == null
          || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
          || baseUrl.getRawQuery() != null
          || baseUrl.getRawFragment() != null
          || baseUrl.getRawUserInfo() != null) {
        throw new IllegalArgumentException(
            "The base URL must be http or https and a host, such as " + DEFAULT_BASE_URL);
      }
      this.baseUrl = URI.create(baseUrl.toString().replaceAll("/+$", ""));
      return this;
    }

    /**
     * Sets the workspace API token.
     *
     * @param token the full secret, {@code adraa_…}; take it from a secret manager or the
     *     environment, never from source code
     * @throws IllegalArgumentException if it is empty or holds white space; the message does not
     *     tell the token
     */
    public Builder token(String token) {
      requireToken(token, "A token");
      this.token = token;
      return this;
    }

    /**
     * Sets how long to wait for a connection; 5 seconds unless set.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder connectTimeout(Duration timeout) {
      this.connectTimeout = positive(timeout);
      return this;
    }

    /**
     * Sets how long to wait until an answer begins; 30 seconds unless set.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder requestTimeout(Duration timeout) {
      this.requestTimeout = positive(timeout);
      return this;
    }

    /** The client. */
    public AdraaInbox build() {
      return new AdraaInbox(this);
    }

    @Override
    public String toString() {
      return "AdraaInbox.Builder[" + baseUrl + "]";
    }

    private static Duration positive(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("A timeout must be positive, not " + timeout);
      }
      return timeout;
    }
  }
}
