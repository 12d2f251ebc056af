package ai.adraa.inbox.server.http;

import java.nio.file.Path;

/**
 * PEM files, which may be replaced while the server runs.
 *
 * @param certificate the certificate, then those that lead to its root
 * @param key its private key, not encrypted
 */
public record TlsFiles(Path certificate, Path key) {}
