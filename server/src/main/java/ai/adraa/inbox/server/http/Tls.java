package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.error.UserException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
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
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
 * The certificate that the server shows, from PEM files that are read again when they change. New
 * connections get the new one; files that are no good leave the old one in place.
 */
public final class Tls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
  private static final long LOOK_SECONDS = 2;
  private static final long STRICT_TRANSPORT_DAYS = 365;
  private static final String ALIAS = "server";
  // The key store exists in memory only; its format wants a password.
  private static final String PASSWORD = "in-memory";
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ((?:RSA |EC )?)PRIVATE KEY-----([^-]*)-----END");
  private static final Pattern ENCRYPTED_KEY =
      Pattern.compile("-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED");

  private static final Content NOTHING = new Content(new byte[0], new byte[0]);

  private static final int DER_SEQUENCE = 0x30;
  private static final int DER_OCTET_STRING = 0x04;
  private static final byte[] DER_ZERO = {0x02, 0x01, 0x00};

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

  /** What is in the two files. */
  private record Content(byte[] certificate, byte[] key) {
    boolean isSameAs(@Nullable Content other) {
      return other != null
          && Arrays.equals(certificate, other.certificate)
          && Arrays.equals(key, other.key);
    }
  }

  /**
   * Reads the files.
   *
   * @throws UserException if they cannot be used; the message does not tell the key
   */
  public Tls(TlsFiles files, Clock clock) {
    this.files = files;
    this.clock = clock;
    context.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    // Of TLS 1.2 what has forward secrecy (Jetty leaves the rest out) and authenticated encryption.
    context.addExcludeCipherSuites(".*_CBC_.*");
    context.setRenegotiationAllowed(false);
    context.setKeyStorePassword(PASSWORD);
    shown = read();
    context.setKeyStore(keyStore(shown));
  }

  /** HTTP/2 where the client knows it, HTTP/1.1 else. */
  public ConnectionFactory[] protocols(HttpConfiguration http, Optional<URI> publicUrl) {
    SecureRequestCustomizer secure = new SecureRequestCustomizer();
    // Probes and clients come by addresses too, and nothing here depends on the host they name.
    secure.setSniHostCheck(false);
    // Browsers remember it for the host, whatever the port: only of a host that was meant.
    if (publicUrl.isPresent() && "https".equalsIgnoreCase(publicUrl.get().getScheme())) {
      secure.setStsMaxAge(STRICT_TRANSPORT_DAYS, TimeUnit.DAYS);
    }
    http.addCustomizer(secure);
    ALPNServerConnectionFactory negotiation = new ALPNServerConnectionFactory();
    negotiation.setDefaultProtocol(HttpVersion.HTTP_1_1.asString());
    return new ConnectionFactory[] {
      new SslConnectionFactory(context, negotiation.getProtocol()),
      negotiation,
      new HTTP2ServerConnectionFactory(http),
      new HttpConnectionFactory(http)
    };
  }

  /** Looks for changes of the files from now on. */
  public void start() {
    look.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    look.shutdownNow();
  }

  /**
   * Compares what is in the files, not their times: a rename or a symbolic link that changes can
   * bring any time.
   */
  private void look() {
    Content found = NOTHING;
    try {
      found = read();
      if (!found.isSameAs(shown)) {
        KeyStore keyStore = keyStore(found);
        context.reload(factory -> factory.setKeyStore(keyStore));
        shown = found;
        LOG.info(
            "New connections get the new certificate of {}, {}",
            files.certificate(),
            describe((X509Certificate) keyStore.getCertificate(ALIAS)));
      }
      refused = null;
    } catch (Exception e) {
      // The two files change one after the other: only what stays as it is is a mistake.
      if (!found.isSameAs(refused)) {
        refused = found;
        refusalTold = false;
      } else if (!refusalTold) {
        refusalTold = true;
        LOG.error("The certificate in use stays: {}", e.getMessage());
      }
    }
  }

  private Content read() {
    return new Content(
        read(files.certificate(), "--tls-certificate"), read(files.key(), "--tls-key"));
  }

  private static byte[] read(Path file, String option) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UserException(option + " " + file + ": there is no such file", e);
    } catch (AccessDeniedException e) {
      throw new UserException(option + " " + file + " is not readable for this user", e);
    } catch (IOException e) {
      throw new UserException(option + " " + file + " cannot be read: " + e.getMessage(), e);
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
      throw key("is not the key of the first certificate in " + files.certificate(), null);
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

  private Certificate[] chain(byte[] pem) {
    try {
      Collection<? extends Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem));
      if (!chain.isEmpty()) {
        return chain.toArray(Certificate[]::new);
      }
    } catch (GeneralSecurityException e) {
      throw certificate("has no PEM certificate that can be read", e);
    }
    throw certificate("has no PEM certificate", null);
  }

  private PrivateKey key(byte[] bytes, PublicKey certified) {
    String pem = new String(bytes, StandardCharsets.ISO_8859_1);
    if (ENCRYPTED_KEY.matcher(pem).find()) {
      throw key(
          "is encrypted: give one without a passphrase, readable by the server's user only", null);
    }
    Matcher found = KEY.matcher(pem);
    if (!found.find()) {
      throw key("has no PEM private key", null);
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(found.group(2));
      if (!found.group(1).isEmpty()) {
        der = pkcs8(der, certified);
      }
      return KeyFactory.getInstance(certified.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Without the cause, whose message could tell of the key.
      throw key(
          "cannot be read as a key of the kind that its certificate has, "
              + certified.getAlgorithm(),
          null);
    }
  }

  /**
   * The older forms, PKCS #1 and SEC 1, are what PKCS #8 holds beside the name of the algorithm;
   * the certificate has the name.
   */
  private static byte[] pkcs8(byte[] key, PublicKey certified) {
    byte[] publicKey = certified.getEncoded();
    int outer = 2 + longLength(publicKey, 0);
    int end = outer + 2 + publicKey[outer + 1];
    return der(
        DER_SEQUENCE,
        concat(DER_ZERO, Arrays.copyOfRange(publicKey, outer, end), der(DER_OCTET_STRING, key)));
  }

  /** How many more bytes the length of the value at this index has. */
  private static int longLength(byte[] der, int at) {
    return der[at + 1] < 0 ? der[at + 1] & 0x7f : 0;
  }

  private static byte[] der(int tag, byte[] value) {
    // DER has one form for each length, the shortest.
    byte[] head =
        value.length < 0x80
            ? new byte[] {(byte) tag, (byte) value.length}
            : value.length < 0x100
                ? new byte[] {(byte) tag, (byte) 0x81, (byte) value.length}
                : new byte[] {
                  (byte) tag, (byte) 0x82, (byte) (value.length >> 8), (byte) value.length
                };
    return concat(head, value);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
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
    return "serial number %x, valid until %s"
        .formatted(certificate.getSerialNumber(), certificate.getNotAfter().toInstant());
  }

  private UserException certificate(String problem, @Nullable Throwable cause) {
    return new UserException("--tls-certificate " + files.certificate() + " " + problem, cause);
  }

  private UserException key(String problem, @Nullable Throwable cause) {
    return new UserException("--tls-key " + files.key() + " " + problem, cause);
  }
}
