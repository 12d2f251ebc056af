package ai.adraa.inbox.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Sends one request of the generated code and reads its whole response within a time limit. The
 * timeout of an HttpRequest ends when the response begins, so a body that stalls would block for
 * ever.
 */
final class Exchange extends HttpClient {
  static final HttpHeaders NO_HEADERS = HttpHeaders.of(Map.of(), (name, value) -> true);

  private final HttpClient http;
  private final Duration timeout;
  private int status;
  private HttpHeaders headers = NO_HEADERS;

  Exchange(HttpClient http, Duration timeout) {
    this.http = http;
    this.timeout = timeout;
  }

  /** Returns the status of the response; 0 if none arrived. */
  int status() {
    return status;
  }

  /** Returns the headers of the response. */
  HttpHeaders headers() {
    return headers;
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    // The generated code reads every response from a stream.
    BodyHandler<InputStream> whole =
        info -> BodySubscribers.mapping(BodySubscribers.ofByteArray(), ByteArrayInputStream::new);
    @SuppressWarnings("unchecked")
    CompletableFuture<HttpResponse<T>> exchange = http.sendAsync(request, (BodyHandler<T>) whole);
    try {
      HttpResponse<T> response = exchange.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      status = response.statusCode();
      headers = response.headers();
      return response;
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("no complete response within " + timeout);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } finally {
      // Closes the connection of an exchange that has not ended.
      exchange.cancel(true);
    }
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request,
      BodyHandler<T> handler,
      HttpResponse.PushPromiseHandler<T> pushPromiseHandler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return http.cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return http.connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return http.followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return http.proxy();
  }

  @Override
  public SSLContext sslContext() {
    return http.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return http.sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return http.authenticator();
  }

  @Override
  public Version version() {
    return http.version();
  }

  @Override
  public Optional<Executor> executor() {
    return http.executor();
  }
}
