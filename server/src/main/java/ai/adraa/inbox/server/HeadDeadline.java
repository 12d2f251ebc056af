package ai.adraa.inbox.server;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpVersion;
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
 * Closes a connection on which TLS is being agreed upon for too long, or, with HTTP/1.1, a
 * request's head has begun and does not end: to the idle timeout, one byte now and then is not
 * idle, and Jetty has no limit of its own for it.
 */
final class HeadDeadline extends AbstractLifeCycle {
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
    Map<EndPoint, Begun> now = new HashMap<>();
    for (EndPoint endPoint : connector.getConnectedEndPoints()) {
      Connection connection = endPoint.getConnection();
      if (connection instanceof SslConnection tls) {
        connection = tls.getSslEndPoint().getConnection();
      }
      if (!(connection instanceof ConnectionMetaData http)) {
        if (System.currentTimeMillis() - endPoint.getCreatedTimeStamp() > deadline.toMillis()) {
          endPoint.close();
        }
      } else if (http.getHttpVersion().getVersion() < HttpVersion.HTTP_2.getVersion()) {
        Begun begun = begun(seen.get(endPoint), connection);
        if (begun.at() != 0 && NanoTime.since(begun.at()) > deadline.toNanos()) {
          endPoint.close();
        } else {
          now.put(endPoint, begun);
        }
      }
    }
    seen = now;
    if (isRunning()) {
      schedule();
    }
  }

  /** When bytes were first seen that are no whole head; 0 if there are none. */
  private static Begun begun(@Nullable Begun before, Connection connection) {
    long requests = connection.getMessagesIn();
    long bytes = connection.getBytesIn();
    if (before == null && requests == 0 && bytes > 0) {
      return new Begun(0, 0, NanoTime.now());
    }
    if (before == null || before.requests() != requests) {
      // The bytes up to here belong to requests that came whole.
      return new Begun(requests, bytes, 0);
    }
    return new Begun(
        requests,
        before.bytes(),
        before.at() == 0 && bytes > before.bytes() ? NanoTime.now() : before.at());
  }
}
