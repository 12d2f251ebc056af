package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.error.UserException;
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

/** Opens ports for HTTP, with limits on what a connection may hold up. */
public final class Listener {
  /** From a request's first byte to the end of its head, and to the end of its body. */
  public static final Duration REQUEST_DEADLINE = Duration.ofSeconds(30);

  private static final long IDLE_MILLIS = 30_000;
  // How long a caller may pause in a request while the server stops; idle connections wait as long.
  private static final long STOP_IDLE_MILLIS = 3_000;
  // Connections that wait for one to close are closed sooner when idle; longer than a request
  // waits.
  private static final Duration BUSY_IDLE = Duration.ofSeconds(10);
  private static final int MAX_CONNECTIONS = 10_000;
  // Of the heap for each; 45 KiB were measured where each has a request.
  private static final long CONNECTION_BYTES = 64 * 1024;
  // Connections that the kernel holds until the server takes them.
  private static final int ACCEPT_QUEUE = 1_024;
  // For the database, the log and what the JVM opens later.
  private static final int OTHER_FILES = 256;

  private Listener() {}

  /** HTTP as this server speaks it. */
  public static HttpConfiguration configuration() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // It would keep the last tokens of each connection, and find none of them again.
    http.setHeaderCacheSize(0);
    return http;
  }

  /** The URL at which a port is reached from this machine. */
  public static URI url(String scheme, String host, int port) {
    boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
    String name = everywhere ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
    return URI.create(scheme + "://" + name + ":" + port);
  }

  /**
   * Opens the port, so that a refusal comes before anything else is done.
   *
   * @param option names another port
   * @param selectors threads that read and write connections
   * @throws UserException if it is in use
   */
  public static ServerConnector open(
      Server jetty,
      ListenAddress listen,
      String option,
      int selectors,
      ConnectionFactory... protocols) {
    ServerConnector connector = new ServerConnector(jetty, -1, selectors, protocols);
    connector.setHost(listen.host());
    connector.setPort(listen.port());
    connector.setIdleTimeout(IDLE_MILLIS);
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
        throw new UserException(
            "Cannot listen on %s port %d: it is in use or not allowed; choose another with %s"
                .formatted(listen.host(), listen.port(), option),
            e);
      }
      throw new UserException(
          "Cannot listen on %s: %s".formatted(listen.host(), e.getMessage()), e);
    } catch (UnresolvedAddressException e) {
      throw new UserException("Cannot listen on " + listen.host() + ": unknown host", e);
    }
    return connector;
  }

  /** So that the server refuses a connection rather than fail to open a file, or for memory. */
  private static int maxConnections() {
    long most = Math.min(MAX_CONNECTIONS, Runtime.getRuntime().maxMemory() / CONNECTION_BYTES);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      most = Math.min(most, unix.getMaxFileDescriptorCount() - OTHER_FILES);
    }
    return Math.toIntExact(Math.max(OTHER_FILES, most));
  }
}
