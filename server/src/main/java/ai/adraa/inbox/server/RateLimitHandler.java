package ai.adraa.inbox.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Limits how many requests one IP address may send to the API. */
final class RateLimitHandler extends Handler.Wrapper {
  private static final int MAX_ADDRESSES = 100_000;

  private final RateLimit limit;
  private final Metrics metrics;
  private final Cache<Object, Bucket> buckets;

  RateLimitHandler(RateLimit limit, Metrics metrics, Handler next) {
    super(next);
    this.limit = limit;
    this.metrics = metrics;
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(MAX_ADDRESSES)
            // By then a bucket is full again, so forgetting it changes nothing.
            .expireAfterAccess(limit.period())
            .build();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (!Request.getPathInContext(request).startsWith("/api/")) {
      return super.handle(request, response, callback);
    }
    Bucket bucket =
        buckets.get(
            caller(request.getConnectionMetaData().getRemoteSocketAddress()),
            address ->
                Bucket.builder()
                    .addLimit(
                        bandwidth ->
                            bandwidth
                                .capacity(limit.requests())
                                .refillGreedy(limit.requests(), limit.period()))
                    .build());
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
    if (probe.isConsumed()) {
      return super.handle(request, response, callback);
    }
    metrics.refusedByRateLimit();
    long wait = TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()) + 1;
    response.getHeaders().put(HttpHeader.RETRY_AFTER, wait);
    JsonErrorHandler.write(response, ErrorCode.RATE_LIMIT_EXCEEDED, callback);
    return true;
  }

  /** The IPv4 address or, as one IPv6 subscriber has a whole network, the first 64 bits. */
  private static Object caller(SocketAddress remote) {
    if (!(remote instanceof InetSocketAddress internet)) {
      return remote;
    }
    InetAddress address = internet.getAddress();
    return address instanceof Inet6Address
        ? ByteBuffer.wrap(address.getAddress(), 0, Long.BYTES).getLong()
        : address;
  }
}
