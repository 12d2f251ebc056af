package ai.adraa.inbox.client;

import ai.adraa.inbox.client.generated.ApiClient;
import ai.adraa.inbox.client.generated.ApiException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls the generated code: adds the credential, repeats requests, and turns failures into {@link
 * AdraaInboxException}. Immutable.
 */
record Transport(
    HttpClient http,
    URI baseUrl,
    Duration timeout,
    @Nullable String userAgent,
    Retry retry,
    RequestListener listener,
    @Nullable Credential credential) {

  private static final System.Logger LOG = System.getLogger(Transport.class.getName());

  /** A call to a generated class. */
  interface Call<T> {
    T run(ApiClient api) throws ApiException;
  }

  /** A call to a generated class that returns nothing. */
  interface VoidCall {
    void run(ApiClient api) throws ApiException;
  }

  /** Returns the same transport with another credential. */
  Transport with(@Nullable Credential other) {
    return new Transport(http, baseUrl, timeout, userAgent, retry, listener, other);
  }

  void run(Operation operation, VoidCall call) {
    this.<Transport>call(
        operation,
        api -> {
          call.run(api);
          return this;
        });
  }

  <T> T call(Operation operation, Call<@Nullable T> call) {
    String secret = credential == null ? null : credential.secret();
    boolean askedAgain = false;
    int repeated = 0;
    for (int attempt = 1; ; attempt++) {
      try {
        return attempt(operation, attempt, secret, call);
      } catch (AdraaInboxException failure) {
        if (failure.status() == 401
            && !askedAgain
            && credential != null
            && secret != null
            // Never revokes another token than the one that the call began with.
            && operation != Operation.REVOKE_OWN_TOKEN) {
          askedAgain = true;
          Optional<String> other = credential.instead(secret);
          if (other.isPresent()) {
            secret = other.get();
            continue;
          }
        }
        Optional<Duration> wait = retry.before(operation, repeated, failure);
        if (wait.isEmpty()) {
          throw failure;
        }
        pause(wait.get(), failure);
        repeated++;
      }
    }
  }

  private void pause(Duration time, AdraaInboxException failure) {
    try {
      retry.pause().sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure.addSuppressed(e);
      throw failure;
    }
  }

  private <T> T attempt(
      Operation operation, int attempt, @Nullable String secret, Call<@Nullable T> call) {
    Exchange exchange = new Exchange(http, timeout);
    long start = System.nanoTime();
    String code = null;
    try {
      T result = call.run(new Generated(exchange, baseUrl, request -> prepare(request, secret)));
      if (result == null) {
        throw AdraaInboxException.unreadable(
            "The response is empty.", exchange.status(), exchange.headers());
      }
      return result;
    } catch (ApiException e) {
      AdraaInboxException failure = AdraaInboxException.of(e, baseUrl, exchange);
      code = failure.code();
      throw failure;
    } catch (AdraaInboxException e) {
      code = e.code();
      throw e;
    } finally {
      tell(
          new RequestAttempt(
              operation.id,
              attempt,
              exchange.status(),
              Optional.ofNullable(code),
              Duration.ofNanos(System.nanoTime() - start),
              exchange.headers().firstValue("X-Request-Id")));
    }
  }

  private void prepare(HttpRequest.Builder request, @Nullable String secret) {
    request.timeout(timeout);
    if (credential != null && secret != null) {
      request.header(credential.header, credential.value(secret));
    }
    if (userAgent != null) {
      request.setHeader("User-Agent", userAgent);
    }
  }

  private void tell(RequestAttempt attempt) {
    try {
      listener.onAttempt(attempt);
    } catch (Throwable e) {
      // Whatever it is: the result may contain a secret that is returned only once.
      LOG.log(Level.WARNING, "The request listener failed", e);
    }
  }

  /** Gives the generated code its HTTP client and the shared mapper, which it would copy. */
  private static final class Generated extends ApiClient {
    private final Exchange exchange;

    Generated(Exchange exchange, URI baseUrl, Consumer<HttpRequest.Builder> prepare) {
      super(HttpClient.newBuilder(), RequiredFields.MAPPER, baseUrl.toString());
      this.exchange = exchange;
      setRequestInterceptor(prepare);
    }

    @Override
    public HttpClient getHttpClient() {
      return exchange;
    }

    @Override
    public ObjectMapper getObjectMapper() {
      return RequiredFields.MAPPER;
    }
  }
}
