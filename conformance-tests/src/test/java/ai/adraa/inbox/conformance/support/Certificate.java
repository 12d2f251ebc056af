package ai.adraa.inbox.conformance.support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A new certificate for localhost that signs itself, made by the JDK's keytool, and its key. */
public record Certificate(X509Certificate x509, PrivateKey key) {
  private static final String PASSWORD = "only-for-tests";

  /** Valid for a day from now on. */
  public static Certificate make(Path directory) throws Exception {
    return make(directory, "EC", "-1H", 1);
  }

  /**
   * As keytool has it.
   *
   * @param algorithm EC, RSA or Ed25519
   * @param start when it becomes valid, such as -3d
   */
  public static Certificate make(Path directory, String algorithm, String start, int days)
      throws Exception {
    Path file = Files.createTempFile(directory, "certificate", ".p12");
    Files.delete(file);
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String[] command = {
      keytool,
      "-genkeypair",
      "-alias",
      "server",
      "-dname",
      "CN=localhost",
      "-ext",
      "san=dns:localhost,ip:127.0.0.1",
      "-keyalg",
      algorithm,
      "-startdate",
      start,
      "-validity",
      Integer.toString(days),
      "-keystore",
      file.toString(),
      "-storetype",
      "PKCS12",
      "-storepass",
      PASSWORD
    };
    Tool.run(directory, 1, Map.of(), command).succeeded();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return new Certificate(
        (X509Certificate) store.getCertificate("server"),
        (PrivateKey) store.getKey("server", PASSWORD.toCharArray()));
  }

  public String certificatePem() throws GeneralSecurityException {
    return pem("CERTIFICATE", x509.getEncoded());
  }

  public String keyPem() {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  public static String pem(String type, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            type,
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der),
            type);
  }

  /** Puts a file in place at once, as certbot and Kubernetes do. */
  public static void replace(Path file, String text) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** For a client that trusts these and no others. */
  public static SSLContext trusting(Certificate... certificates) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (Certificate certificate : certificates) {
      store.setCertificateEntry(
          certificate.x509().getSerialNumber().toString(), certificate.x509());
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
