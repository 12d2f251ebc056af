package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.metrics.Metrics;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;

/** Times every request, including requests that Jetty rejects before any handler. Thread-safe. */
public final class RequestMetrics implements RequestLog {
  private record RequestKind(String operation, String method, int status) {}

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

  private final Metrics metrics;
  private final Map<RequestKind, Timer> requests = new ConcurrentHashMap<>();

  public RequestMetrics(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void log(Request request, Response response) {
    String method = request.getMethod();
    RequestKind kind =
        new RequestKind(
            Operation.of(request),
            METHODS.contains(method) ? method : "other",
            response.getStatus());
    Timer timer = requests.get(kind);
    if (timer == null) {
      timer = requests.computeIfAbsent(kind, this::timer);
    }
    timer.record(NanoTime.since(request.getHeadersNanoTime()), TimeUnit.NANOSECONDS);
  }

  private Timer timer(RequestKind kind) {
    return metrics.timer(
        "adraa.requests",
        "Requests, from the arrival of the headers to the end of the response",
        "operation",
        kind.operation(),
        "method",
        kind.method(),
        "status",
        Integer.toString(kind.status()));
  }
}
