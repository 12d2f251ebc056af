package ai.adraa.inbox.server.management;

import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.http.JsonErrorHandler;
import ai.adraa.inbox.server.http.ListenAddress;
import ai.adraa.inbox.server.http.Listener;
import ai.adraa.inbox.server.http.RequestIdHandler;
import ai.adraa.inbox.server.metrics.Metrics;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Serves health and metrics on a separate, non-public port. It has its own threads, so it responds
 * even while the public port is overloaded or stopping.
 */
public final class ManagementServer implements AutoCloseable {
  private static final int THREADS = 8;

  private final Server jetty;
  private final URI url;
  private final URI listenUrl;

  /**
   * Opens the port. Requests are answered only after {@link #start}.
   *
   * @throws OperatorException if the port is in use or not allowed, or the host is unknown
   */
  public ManagementServer(ListenAddress listen) {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS);
    threads.setName("management");
    jetty = new Server(threads);
    jetty.setErrorHandler(new JsonErrorHandler());
    ServerConnector connector =
        Listener.open(
            jetty,
            listen,
            "--management-port",
            Listener.IDLE_TIMEOUT,
            1,
            new HttpConnectionFactory(Listener.configuration()));
    url = Listener.url("http", listen.host(), connector.getLocalPort());
    listenUrl = Listener.listenUrl("http", listen.host(), connector.getLocalPort());
  }

  /**
   * Starts to answer requests for {@code /health/live}, {@code /health/ready} and {@code /metrics}.
   */
  public void start(Readiness readiness, Metrics metrics) throws Exception {
    jetty.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws IOException {
            RequestIdHandler.setHeaders(request, response);
            String path = Request.getPathInContext(request);
            if (!path.equals("/health/live")
                && !path.equals("/health/ready")
                && !path.equals("/metrics")) {
              JsonErrorHandler.write(response, ErrorCode.NOT_FOUND, callback);
            } else if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
              response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
              JsonErrorHandler.write(response, ErrorCode.METHOD_NOT_ALLOWED, callback);
            } else if (path.equals("/metrics")) {
              byte[] text = metrics.scrape().getBytes(StandardCharsets.UTF_8);
              answer(response, 200, "text/plain; version=0.0.4; charset=utf-8", text, callback);
            } else if (path.equals("/health/ready")) {
              answer(response, readiness.ask(), callback);
            } else {
              // Checks nothing: a response shows that the process is alive.
              json(response, 200, Map.of("status", "live"), callback);
            }
            return true;
          }
        });
    jetty.start();
  }

  /** Returns the URL with the address on which the port listens, for the log. */
  public URI listenUrl() {
    return listenUrl;
  }

  /** Returns the URL of the port as seen from this machine. */
  public URI url() {
    return url;
  }

  @Override
  public void close() throws Exception {
    jetty.stop();
    // If Jetty never started, stop() leaves the port open.
    for (var connector : jetty.getConnectors()) {
      ((ServerConnector) connector).close();
    }
  }

  private static void answer(Response response, Readiness.Answer answer, Callback callback)
      throws IOException {
    Map<String, String> body = new TreeMap<>();
    body.put("status", answer.ready() ? "ready" : "unavailable");
    answer.word().ifPresent(word -> body.put(answer.ready() ? "warning" : "reason", word));
    json(response, answer.ready() ? 200 : 503, body, callback);
  }

  private static void json(
      Response response, int status, Map<String, String> body, Callback callback)
      throws IOException {
    answer(response, status, "application/json", Json.MAPPER.writeValueAsBytes(body), callback);
  }

  private static void answer(
      Response response, int status, String type, byte[] body, Callback callback) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
    response.write(true, ByteBuffer.wrap(body), callback);
  }
}
