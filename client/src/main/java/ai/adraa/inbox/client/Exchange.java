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
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

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
    long start = System.nanoTime();
    // The generated code reads every response from a stream.
    BodyHandler<InputStream> whole =
        info -> new WholeBody(timeout.minusNanos(System.nanoTime() - start));
    @SuppressWarnings("unchecked")
    BodyHandler<T> handlerOfWhole = (BodyHandler<T>) whole;
    HttpResponse<T> response;
    try {
      // Not sendAsync, which needs a thread of the common pool: an application may block all.
      response = http.send(request, handlerOfWhole);
    } catch (IOException e) {
      boolean isLate = System.nanoTime() - start >= timeout.toNanos();
      if (isLate && !(e instanceof HttpTimeoutException)) {
        // The closed connection can be noticed before the reason for which it was closed.
        HttpTimeoutException late = new HttpTimeoutException("the response stalled");
        late.initCause(e);
        throw late;
      }
      throw e;
    }
    status = response.statusCode();
    headers = response.headers();
    return response;
  }

  /** A body that is complete within a time limit. Otherwise, its connection is closed. */
  private static final class WholeBody implements BodySubscriber<InputStream> {
    private final BodySubscriber<byte[]> bytes = BodySubscribers.ofByteArray();
    private final CompletableFuture<InputStream> result = new CompletableFuture<>();
    private final Duration limit;
    private Flow.@Nullable Subscription subscription;
    private boolean isExpired;

    WholeBody(Duration limit) {
      this.limit = limit;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
      CompletableFuture<Void> timer = new CompletableFuture<>();
      bytes
          .getBody()
          .whenComplete(
              (read, failure) -> {
                timer.cancel(false);
                if (failure == null) {
                  result.complete(new ByteArrayInputStream(read));
                } else {
                  result.completeExceptionally(failure);
                }
              });
      timer.completeOnTimeout(null, limit.toNanos(), TimeUnit.NANOSECONDS).thenRun(this::expire);
      return result;
    }

    private void expire() {
      // Before the cancellation, which is another failure.
      if (result.completeExceptionally(new HttpTimeoutException("the response stalled"))) {
        synchronized (this) {
          isExpired = true;
          if (subscription != null) {
            subscription.cancel();
          }
        }
      }
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      synchronized (this) {
        this.subscription = subscription;
        if (isExpired) {
          subscription.cancel();
          return;
        }
      }
      bytes.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      bytes.onNext(buffers);
    }

    @Override
    public void onError(Throwable failure) {
      bytes.onError(failure);
    }

    @Override
    public void onComplete() {
      bytes.onComplete();
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
