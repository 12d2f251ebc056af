package ai.adraa.inbox.server.http;

/**
 * An address to listen on.
 *
 * @param host a host name or an IP address; brackets around an IPv6 address, as in URLs, are
 *     removed
 * @param port 0 for any free port
 */
public record ListenAddress(String host, int port) {
  public ListenAddress {
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
  }
}
