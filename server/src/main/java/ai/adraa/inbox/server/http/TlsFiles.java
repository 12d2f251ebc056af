package ai.adraa.inbox.server.http;

import java.nio.file.Path;

/**
 * PEM files of a TLS certificate. They may be one file, and may be replaced while the server runs.
 *
 * @param certificate the server's certificate, followed by its intermediate certificates
 * @param key the certificate's private key in PKCS #8 format, not encrypted
 */
public record TlsFiles(Path certificate, Path key) {}
