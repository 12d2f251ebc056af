package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.limit.RateLimit;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Limits the requests per IP address, and tells each caller what remains of the limit, as in
 * version 10 of the IETF draft "RateLimit header fields for HTTP". Pages do not count, because an
 * earlier handler serves them. Thread-safe.
 */
public final class RateLimitHandler extends Handler.Wrapper {
  private static final int MAX_ADDRESSES = 100_000;
  private static final String POLICY = "\"ip-address\"";

  private final RateLimit limit;
  private final Runnable refused;
  private final Cache<Object, Bucket> buckets;
  private final HttpField policy;

  /**
   * @param refused called once for each rejected request
   */
  public RateLimitHandler(RateLimit limit, Runnable refused, Handler next) {
    super(next);
    this.limit = limit;
    this.refused = refused;
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(MAX_ADDRESSES)
            // A bucket is full again after one period, so removing it changes nothing.
            .expireAfterAccess(limit.period())
            .build();
    this.policy =
        new PreEncodedHttpField(
            "RateLimit-Policy",
            POLICY + ";q=" + limit.requests() + ";w=" + limit.period().toSeconds());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Bucket bucket =
        buckets.get(RateLimit.caller(Request.getRemoteAddr(request)), address -> limit.newBucket());
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
    response
        .getHeaders()
        .put(policy)
        .put(
            "RateLimit",
            POLICY + ";r=" + probe.getRemainingTokens() + ";t=" + RateLimit.secondsToReset(probe));
    if (probe.isConsumed()) {
      return super.handle(request, response, callback);
    }
    refused.run();
    response.getHeaders().put(HttpHeader.RETRY_AFTER, RateLimit.secondsToWait(probe));
    JsonErrorHandler.write(response, ErrorCode.RATE_LIMIT_EXCEEDED, callback);
    return true;
  }
}
