package ai.adraa.inbox.server.http;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that takes longer than the deadline for one of these steps, even if it keeps
 * sending:
 *
 * <ul>
 *   <li>the TLS handshake;
 *   <li>the first request;
 *   <li>with HTTP/1.1, the head of a later request, from its first byte to its end.
 * </ul>
 *
 * <p>With HTTP/2 it also closes a connection that has had no request in flight for the idle
 * timeout. The idle timeout itself does not close such connections, because an occasional byte or
 * PING resets it. Jetty has no limit for this.
 */
final class HeadDeadline extends AbstractLifeCycle {
  // The time a caller has to close the connection after GOAWAY.
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private record Begun(long requests, long bytes, long at) {}

  private final ServerConnector connector;
  private final Duration deadline;
  private Map<EndPoint, Begun> seen = new HashMap<>();
  private Scheduler.@Nullable Task next;

  HeadDeadline(ServerConnector connector, Duration deadline) {
    this.connector = connector;
    this.deadline = deadline;
  }

  @Override
  protected void doStart() {
    schedule();
  }

  @Override
  protected void doStop() {
    if (next != null) {
      next.cancel();
    }
  }

  private void schedule() {
    next =
        connector
            .getScheduler()
            .schedule(() -> connector.getExecutor().execute(this::look), 1, TimeUnit.SECONDS);
  }

  private void look() {
    try {
      closeLate();
    } finally {
      if (isRunning()) {
        schedule();
      }
    }
  }

  private void closeLate() {
    Map<EndPoint, Begun> now = new HashMap<>();
    for (EndPoint endPoint : connector.getConnectedEndPoints()) {
      Connection connection = endPoint.getConnection();
      if (connection instanceof SslConnection tls) {
        connection = tls.getSslEndPoint().getConnection();
      }
      if (!(connection instanceof ConnectionMetaData)) {
        if (System.currentTimeMillis() - endPoint.getCreatedTimeStamp() > deadline.toMillis()) {
          endPoint.close();
        }
      } else if (connection instanceof HTTP2Connection http2) {
        Begun begun = withoutRequest(seen.get(endPoint), http2);
        Duration most =
            begun.requests() == 0 ? deadline : Duration.ofMillis(connector.getIdleTimeout());
        if (NanoTime.since(begun.at()) > most.plus(FAREWELL).toNanos()) {
          endPoint.close();
        } else {
          if (NanoTime.since(begun.at()) > most.toNanos()) {
            // Sends GOAWAY; the caller is expected to close the connection.
            http2.close();
          }
          now.put(endPoint, begun);
        }
      } else {
        Begun begun = begun(seen.get(endPoint), connection);
        if (begun.at() != 0 && NanoTime.since(begun.at()) > deadline.toNanos()) {
          endPoint.close();
        } else {
          now.put(endPoint, begun);
        }
      }
    }
    seen = now;
  }

  /** Returns the time since which the connection has received no request and has none in flight. */
  private static Begun withoutRequest(@Nullable Begun before, HTTP2Connection connection) {
    long requests = connection.getMessagesIn();
    // An incomplete head does not count as a stream.
    return before == null
            || before.requests() != requests
            || connection.getSession().getStreamCount() > 0
        ? new Begun(requests, 0, NanoTime.now())
        : before;
  }

  /**
   * Returns when the connection started to wait for its first request or, after a complete head,
   * when the next bytes arrived; the time is 0 if none have arrived. Bytes of a body count too;
   * {@link BodyHandler} has the same deadline for them.
   */
  private static Begun begun(@Nullable Begun before, Connection connection) {
    long requests = connection.getMessagesIn();
    long bytes = connection.getBytesIn();
    if (before == null && requests == 0) {
      return new Begun(0, 0, NanoTime.now());
    }
    if (before == null || before.requests() != requests) {
      // The bytes so far belong to requests whose head is complete.
      return new Begun(requests, bytes, 0);
    }
    return new Begun(
        requests,
        before.bytes(),
        before.at() == 0 && bytes > before.bytes() ? NanoTime.now() : before.at());
  }
}
