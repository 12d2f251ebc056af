package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.error.OperatorException;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Opens HTTP ports and limits how many connections they accept and how long each may stall. */
public final class Listener {
  /** The maximum time from the first byte of a request to the end of its head and of its body. */
  public static final Duration REQUEST_DEADLINE = Duration.ofSeconds(30);

  /**
   * How long a connection that has sent a request waits for the next one. Longer than the 60
   * seconds for which proxies usually keep an idle connection: the side that closes first must be
   * the one that sends requests, or a request is lost.
   */
  public static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);

  // The idle timeout of every connection while the server stops.
  private static final long STOP_IDLE_MILLIS = 3_000;
  // The idle timeout of every connection while the connection limit is reached. Longer than a
  // request waits for a worker thread.
  private static final Duration BUSY_IDLE = Duration.ofSeconds(10);
  private static final int MAX_CONNECTIONS = 10_000;
  // Heap per connection. Measured: 45 KiB with one request on each connection.
  private static final long CONNECTION_BYTES = 64 * 1024;
  // Connections that the kernel queues until the server accepts them.
  private static final int ACCEPT_QUEUE = 1_024;
  // Reserved for the database, the log and files that the JVM opens later.
  private static final int OTHER_FILES = 256;

  private Listener() {}

  /** Returns a new HTTP configuration that all ports of this server use. */
  public static HttpConfiguration configuration() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // The cache would keep recent tokens of each connection in memory and gives no hits for them.
    http.setHeaderCacheSize(0);
    return http;
  }

  /** Returns the URL of a port as seen from this machine: localhost for a wildcard address. */
  public static URI url(String scheme, String host, int port) {
    boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
    return listenUrl(scheme, everywhere ? "localhost" : host, port);
  }

  /** Returns the URL of a port with the address on which it listens, for the log. */
  public static URI listenUrl(String scheme, String host, int port) {
    return URI.create(scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
  }

  /**
   * Opens the port at once, so that a conflict is reported before other startup work. Connections
   * are accepted when {@code jetty} starts.
   *
   * @param option the command-line option that changes the port, for the error message
   * @param idleTimeout how long a connection waits for its next request
   * @param selectors the number of threads that read and write connections
   * @throws OperatorException if the port is in use or not allowed, or the host is unknown
   */
  public static ServerConnector open(
      Server jetty,
      ListenAddress listen,
      String option,
      Duration idleTimeout,
      int selectors,
      ConnectionFactory... protocols) {
    ServerConnector connector = new ServerConnector(jetty, -1, selectors, protocols);
    connector.setHost(listen.host());
    connector.setPort(listen.port());
    connector.setIdleTimeout(idleTimeout.toMillis());
    connector.setShutdownIdleTimeout(STOP_IDLE_MILLIS);
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    connector.addBean(new HeadDeadline(connector, REQUEST_DEADLINE));
    NetworkConnectionLimit connections = new NetworkConnectionLimit(maxConnections(), connector);
    connections.setEndPointIdleTimeout(BUSY_IDLE.toMillis());
    jetty.addBean(connections);
    jetty.addConnector(connector);
    try {
      connector.open();
    } catch (IOException e) {
      if (e.getCause() instanceof BindException || e instanceof BindException) {
        throw new OperatorException(
            "Cannot listen on %s port %s: the port is in use or not permitted; choose another with %s"
                .formatted(listen.host(), listen.port(), option),
            e);
      }
      throw new OperatorException(
          "Cannot listen on %s: %s".formatted(listen.host(), e.getMessage()), e);
    } catch (UnresolvedAddressException e) {
      throw new OperatorException("Cannot listen on " + listen.host() + ": unknown host", e);
    }
    return connector;
  }

  /**
   * Returns a limit below which connections exhaust neither the heap nor the file descriptors of
   * the process.
   */
  private static int maxConnections() {
    long most = Math.min(MAX_CONNECTIONS, Runtime.getRuntime().maxMemory() / CONNECTION_BYTES);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      most = Math.min(most, unix.getMaxFileDescriptorCount() - OTHER_FILES);
    }
    return Math.toIntExact(Math.max(OTHER_FILES, most));
  }
}
