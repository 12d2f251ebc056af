package ai.adraa.inbox.server.http;

import static java.util.stream.Collectors.joining;

import ai.adraa.inbox.server.error.OperatorException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Provides TLS with a certificate from PEM files, and reloads the files when they change. New
 * connections use the new certificate. If the new files are invalid, the old certificate stays in
 * use.
 */
public final class Tls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
  private static final long LOOK_SECONDS = 2;
  private static final long STRICT_TRANSPORT_DAYS = 365;
  private static final String ALIAS = "server";
  // The key store exists only in memory, but its format requires a password.
  private static final String PASSWORD = "in-memory";
  // RFC 7468. A file may contain text between the blocks, and blocks of other kinds.
  private static final Pattern CERTIFICATE = block("CERTIFICATE");
  private static final Pattern KEY = block("PRIVATE KEY");
  private static final Pattern OTHER_KEY = Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----");
  private static final Pattern ENCRYPTED_KEY =
      Pattern.compile("-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED");

  private static final Content NOTHING = new Content("", "");

  private final TlsFiles files;
  private final Clock clock;
  private final SslContextFactory.Server context = new SslContextFactory.Server();
  private final ScheduledExecutorService look =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "tls-certificate");
            thread.setDaemon(true);
            return thread;
          });

  private Content shown;
  private @Nullable Content refused;
  private boolean refusalTold;

  /** The contents of the two files, which may be the same file. */
  private record Content(String certificate, String key) {
    @Override
    public String toString() {
      return "Content[hidden]";
    }
  }

  /**
   * Reads the files. {@link #start} begins to watch them.
   *
   * @throws OperatorException if the files cannot be used; the message never contains the key
   */
  public Tls(TlsFiles files, Clock clock) {
    this.files = files;
    this.clock = clock;
    context.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    // Leaves only TLS 1.2 suites with authenticated encryption. Jetty already excludes those
    // without forward secrecy.
    context.addExcludeCipherSuites(".*_CBC_.*");
    context.setRenegotiationAllowed(false);
    context.setKeyStorePassword(PASSWORD);
    shown = read();
    context.setKeyStore(keyStore(shown));
  }

  /**
   * Returns the protocols for a TLS port: HTTP/2 if the client negotiates it, otherwise HTTP/1.1.
   *
   * @param http receives the customizer for TLS requests
   * @param publicUrl turns on HSTS if its scheme is https
   */
  public ConnectionFactory[] protocols(HttpConfiguration http, Optional<URI> publicUrl) {
    SecureRequestCustomizer secure = new SecureRequestCustomizer();
    // Probes and clients may connect by IP address, and nothing here depends on the host name.
    secure.setSniHostCheck(false);
    // Browsers apply HSTS to every port of a host, so send it only if the operator has chosen
    // https for the public host.
    if (publicUrl.isPresent() && "https".equalsIgnoreCase(publicUrl.get().getScheme())) {
      secure.setStsMaxAge(STRICT_TRANSPORT_DAYS, TimeUnit.DAYS);
    }
    http.addCustomizer(secure);
    ALPNServerConnectionFactory negotiation = new ALPNServerConnectionFactory();
    negotiation.setDefaultProtocol(HttpVersion.HTTP_1_1.asString());
    HTTP2ServerConnectionFactory http2 = new HTTP2ServerConnectionFactory(http);
    http2.setStreamIdleTimeout(Listener.REQUEST_DEADLINE.toMillis());
    return new ConnectionFactory[] {
      new SslConnectionFactory(context, negotiation.getProtocol()),
      negotiation,
      http2,
      new HttpConnectionFactory(http)
    };
  }

  /** Starts to check the files for changes every 2 seconds. */
  public void start() {
    look.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    look.shutdownNow();
  }

  /**
   * Compares the contents of the files, not their times. A renamed file or a changed symbolic link
   * can have any time.
   */
  private void look() {
    Content found = NOTHING;
    try {
      found = read();
      if (!found.equals(shown)) {
        KeyStore keyStore = keyStore(found);
        context.reload(factory -> factory.setKeyStore(keyStore));
        shown = found;
        LOG.info(
            "New connections use the new certificate from {}, {}",
            files.certificate(),
            describe((X509Certificate) keyStore.getCertificate(ALIAS)));
      }
      refused = null;
    } catch (Exception e) {
      // The two files are not replaced at the same moment. Log an error only if the next check
      // finds the same invalid content.
      if (!found.equals(refused)) {
        refused = found;
        refusalTold = false;
      } else if (!refusalTold) {
        refusalTold = true;
        LOG.error("Keeping the current certificate: {}", e.getMessage());
      }
    }
  }

  private Content read() {
    return new Content(
        read(files.certificate(), "--tls-certificate"), read(files.key(), "--tls-key"));
  }

  private static String read(Path file, String option) {
    try {
      // PEM is ASCII. The text around it may have any encoding.
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new OperatorException(option + " " + file + " does not exist", e);
    } catch (AccessDeniedException e) {
      throw new OperatorException(option + " " + file + " is not readable by this user", e);
    } catch (IOException e) {
      throw new OperatorException(option + " " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private KeyStore keyStore(Content content) {
    Certificate[] chain = chain(content.certificate());
    X509Certificate own = (X509Certificate) chain[0];
    try {
      own.checkValidity(Date.from(clock.instant()));
    } catch (CertificateExpiredException e) {
      throw certificate("expired at " + own.getNotAfter().toInstant(), e);
    } catch (CertificateNotYetValidException e) {
      throw certificate("is not valid before " + own.getNotBefore().toInstant(), e);
    }
    PrivateKey key = key(content.key(), own.getPublicKey());
    if (!belongTogether(key, own.getPublicKey())) {
      throw key("is not the key of the first certificate in " + files.certificate());
    }
    try {
      KeyStore keyStore = KeyStore.getInstance("PKCS12");
      keyStore.load(null, null);
      keyStore.setKeyEntry(ALIAS, key, PASSWORD.toCharArray(), chain);
      return keyStore;
    } catch (GeneralSecurityException | IOException e) {
      throw certificate("cannot be used: " + e.getMessage(), e);
    }
  }

  private Certificate[] chain(String pem) {
    String blocks =
        CERTIFICATE.matcher(pem).results().map(MatchResult::group).collect(joining("\n"));
    try {
      Certificate[] chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(blocks.getBytes(StandardCharsets.ISO_8859_1)))
              .toArray(Certificate[]::new);
      if (chain.length > 0) {
        return chain;
      }
    } catch (GeneralSecurityException e) {
      throw certificate("has no readable PEM certificate", e);
    }
    throw certificate("has no readable PEM certificate", null);
  }

  private PrivateKey key(String pem, PublicKey certified) {
    Matcher found = KEY.matcher(pem);
    if (!found.find()) {
      throw key(unusableKey(pem));
    }
    try {
      return KeyFactory.getInstance(certified.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1))));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // No cause, because its message could contain parts of the key.
      throw key(
          "cannot be read as a key of the kind that its certificate has, "
              + certified.getAlgorithm());
    }
  }

  private String unusableKey(String pem) {
    if (!OTHER_KEY.matcher(pem).find()) {
      return "has no PEM private key";
    }
    return (ENCRYPTED_KEY.matcher(pem).find()
            ? "is encrypted; write it without a passphrase"
            : "is not in PKCS #8 format; convert it")
        // Reads a key in any format and asks for the passphrase if there is one. Only the owner
        // can read the file that it writes.
        + ": openssl pkcs8 -topk8 -nocrypt -in %1$s -out %1$s.pkcs8".formatted(files.key());
  }

  private static Pattern block(String label) {
    return Pattern.compile("-----BEGIN %1$s-----([^-]*)-----END %1$s-----".formatted(label));
  }

  private static boolean belongTogether(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (certified.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> certified.getAlgorithm();
        };
    byte[] sample = {1};
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(sample);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(sample);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String describe(X509Certificate certificate) {
    return "serial number %s, valid until %s"
        .formatted(
            certificate.getSerialNumber().toString(16), certificate.getNotAfter().toInstant());
  }

  private OperatorException certificate(String problem, @Nullable Throwable cause) {
    return new OperatorException("--tls-certificate " + files.certificate() + " " + problem, cause);
  }

  private OperatorException key(String problem) {
    return new OperatorException("--tls-key " + files.key() + " " + problem);
  }
}
