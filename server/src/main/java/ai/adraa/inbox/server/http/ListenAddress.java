package ai.adraa.inbox.server.http;

/**
 * An address to listen on.
 *
 * @param host a host name or an IP address
 * @param port 0 for any free port
 */
public record ListenAddress(String host, int port) {}
