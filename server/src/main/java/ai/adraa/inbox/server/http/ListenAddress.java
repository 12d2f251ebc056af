package ai.adraa.inbox.server.http;

/**
 * An address to listen on.
 *
 * @param port 0 for any that is free
 */
public record ListenAddress(String host, int port) {}
