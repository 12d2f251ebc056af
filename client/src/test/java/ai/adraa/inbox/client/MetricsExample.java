package ai.adraa.inbox.client;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.URI;

/** The example in README.md. A test runs it, another compares it with README.md. */
final class MetricsExample {
  private MetricsExample() {}

  static AdraaInbox inbox(URI baseUrl, String token, MeterRegistry registry) {
    // example
    RequestListener metrics =
        request ->
            Timer.builder("adraa.requests")
                .tag("operation", request.operation())
                .tag("status", Integer.toString(request.status()))
                .tag("retry", Boolean.toString(request.attempt() > 1))
                .register(registry)
                .record(request.duration());
    AdraaInbox inbox = AdraaInbox.builder().baseUrl(baseUrl).token(token).listener(metrics).build();
    // example
    return inbox;
  }
}
