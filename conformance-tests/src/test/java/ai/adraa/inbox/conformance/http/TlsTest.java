package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Certificate;
import ai.adraa.inbox.conformance.support.Command;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.Tool;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.http.Tls;
import ai.adraa.inbox.server.http.TlsFiles;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The server speaks HTTPS with the operator's certificate, and takes a new one while it runs. The
 * tests run at the same time, because the server looks for a new certificate every few seconds.
 */
@Tag("once")
@Execution(ExecutionMode.CONCURRENT)
class TlsTest {
  @TempDir private Path directory;
  private Path certificateFile;
  private Path keyFile;
  private Certificate certificate;
  private ServerProcess server;

  @BeforeEach
  void prepare() throws Exception {
    certificateFile = directory.resolve("fullchain.pem");
    keyFile = directory.resolve("privkey.pem");
    certificate = Certificate.make(directory);
    Files.writeString(certificateFile, certificate.certificatePem());
    Files.writeString(keyFile, certificate.keyPem());
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      String log = server.log();
      server.close();
      assertThat(log)
          .doesNotContain("PRIVATE KEY")
          .doesNotContain(certificate.keyPem().lines().skip(1).findFirst().orElseThrow());
    }
  }

  @Test
  void speaksHttp2AndHttp11() throws Exception {
    serve();
    assertThat(server.url().getScheme()).isEqualTo("https");
    for (HttpClient.Version version : HttpClient.Version.values()) {
      HttpClient client = client(version, certificate);
      HttpResponse<String> page = get(client, "/app");
      assertThat(page.version()).isEqualTo(version);
      assertThat(page.statusCode()).isEqualTo(200);
      // Not of a host that nobody named as the server's.
      assertThat(page.headers().map()).doesNotContainKey("strict-transport-security");
    }
  }

  @Test
  void refusesInTheErrorEnvelopeOverHttp2Too() throws Exception {
    serve("--public-url", "https://inbox.example");
    HttpClient client = client(HttpClient.Version.HTTP_2, certificate);
    refused(client, request("/api/v1/me"), 401, "MISSING_TOKEN");
    refused(client, request("/api/v1/nothing"), 404, "NOT_FOUND");
    refused(client, request("/api/v1/me").DELETE(), 405, "METHOD_NOT_ALLOWED");
    refused(client, request("/api/v1/%2e%2e/me"), 400, "BAD_REQUEST");
    refused(
        client,
        request("/api/v1/sign-in-codes")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("x".repeat(70_000))),
        413,
        "PAYLOAD_TOO_LARGE");
    // None of these ended the connection for the next.
    assertThat(get(client, "/").statusCode()).isEqualTo(200);
    // Jetty reads no head that is too large, and ends the connection (RFC 9113 §5.4.1).
    for (HttpRequest.Builder large :
        List.of(
            request("/api/v1/me?" + "q".repeat(9_000)),
            request("/api/v1/me").header("X-Long", "x".repeat(9_000)))) {
      assertThatThrownBy(() -> client.send(large.build(), HttpResponse.BodyHandlers.ofString()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("GOAWAY");
      assertThat(get(client, "/").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void browsersStayWithHttps() throws Exception {
    serve("--public-url", "https://inbox.example");
    HttpResponse<String> refused =
        get(client(HttpClient.Version.HTTP_1_1, certificate), "/api/v1/me");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("Strict-Transport-Security"))
        .contains("max-age=31536000");
  }

  /** Jetty formats the header by the default locale, and refuses the digits of this language. */
  @Test
  void startsInALanguageWithOtherDigits() throws Exception {
    server =
        ServerProcess.serve(
            directory.resolve("inbox.db"),
            Map.of("JDK_JAVA_OPTIONS", "-Duser.language=ar -Duser.country=EG"),
            "--tls-certificate",
            certificateFile.toString(),
            "--tls-key",
            keyFile.toString(),
            "--public-url",
            "https://inbox.example");
    assertThat(
            get(client(HttpClient.Version.HTTP_2, certificate), "/app")
                .headers()
                .firstValue("Strict-Transport-Security"))
        .contains("max-age=31536000");
  }

  @Test
  void speaksTls12AndTls13WithForwardSecrecyOnly() throws Exception {
    serve();
    SSLContext context = Certificate.trusting(certificate);
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      try (SSLSocket socket = socket(context)) {
        socket.setEnabledProtocols(new String[] {protocol});
        socket.startHandshake();
        assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
        assertThat(socket.getSession().getCipherSuite()).contains("_GCM_");
      }
    }
    try (SSLSocket socket = socket(context)) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.setEnabledCipherSuites(
          new String[] {
            "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"
          });
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  @Tag("faults")
  void endsAHandshakeThatComesByteByByte() throws Exception {
    serve();
    try (Socket slow = new Socket(server.url().getHost(), server.url().getPort())) {
      OutputStream out = slow.getOutputStream();
      // A record's head that announces a ClientHello of 512 bytes (RFC 8446 §5.1).
      out.write(new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc});
      await()
          .atMost(60, TimeUnit.SECONDS)
          .pollInterval(1, TimeUnit.SECONDS)
          .untilAsserted(
              () -> assertThatThrownBy(() -> out.write(0)).isInstanceOf(SocketException.class));
    }
  }

  @Test
  void takesANewCertificateWhileItRuns() throws Exception {
    serve();
    Certificate next = Certificate.make(directory, "RSA", "-1H", 1);
    HttpClient kept = client(HttpClient.Version.HTTP_2, certificate);
    assertThat(get(kept, "/").statusCode()).isEqualTo(200);
    assertThat(serialNumber(certificate, next)).isEqualTo(certificate.x509().getSerialNumber());

    // One file after the other: between the two, nothing fits.
    Certificate.replace(certificateFile, next.certificatePem());
    assertThat(serialNumber(certificate, next)).isEqualTo(certificate.x509().getSerialNumber());
    Certificate.replace(keyFile, next.keyPem());
    awaitSerialNumber(next);

    // Who is connected stays so.
    assertThat(get(kept, "/").statusCode()).isEqualTo(200);
    server.assertLogs("New connections use the new certificate");
  }

  @Test
  void keepsTheCertificateWhenTheNewFilesAreNoGoodAndTakesThemWhenTheyAre() throws Exception {
    serve();
    Certificate next = Certificate.make(directory);
    Certificate.replace(certificateFile, "not a certificate");
    awaitLog(
        "Keeping the current certificate: --tls-certificate .* has no readable PEM certificate");
    assertThat(serialNumber(certificate)).isEqualTo(certificate.x509().getSerialNumber());

    Certificate.replace(certificateFile, next.certificatePem());
    awaitLog(
        "Keeping the current certificate: --tls-key .* is not the key of the first certificate");
    assertThat(serialNumber(certificate)).isEqualTo(certificate.x509().getSerialNumber());

    Files.delete(keyFile);
    awaitLog("Keeping the current certificate: --tls-key .* does not exist");
    assertThat(serialNumber(certificate)).isEqualTo(certificate.x509().getSerialNumber());

    Certificate.replace(keyFile, next.keyPem());
    awaitSerialNumber(next);
  }

  @Test
  void followsASymbolicLinkThatIsTurnedAsKubernetesDoes() throws Exception {
    Certificate next = Certificate.make(directory);
    Path mount = Files.createDirectory(directory.resolve("mount"));
    Path data = mount.resolve("..data");
    for (Map.Entry<String, Certificate> version : Map.of("1", certificate, "2", next).entrySet()) {
      Path folder = Files.createDirectory(mount.resolve(version.getKey()));
      Files.writeString(folder.resolve("tls.crt"), version.getValue().certificatePem());
      Files.writeString(folder.resolve("tls.key"), version.getValue().keyPem());
    }
    Files.createSymbolicLink(data, Path.of("1"));
    certificateFile = data.resolve("tls.crt");
    keyFile = data.resolve("tls.key");
    serve();
    assertThat(serialNumber(certificate)).isEqualTo(certificate.x509().getSerialNumber());
    Path turned = Files.createSymbolicLink(mount.resolve("..tmp"), Path.of("2"));
    Files.move(turned, data, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    awaitSerialNumber(next);
  }

  @Test
  void readsThePemFilesThatProgramsAndEditorsWrite() throws Exception {
    Certificate issuer = Certificate.make(directory);
    String chain = certificate.certificatePem() + issuer.certificatePem();
    String key = certificate.keyPem();
    String text = "Bag Attributes\n    friendlyName: a -- b-c\nKey Attributes: <No Attributes>\n";
    // A UTF-8 byte order mark and a carriage return at the end of each line.
    reads("\uFEFF" + chain, "\uFEFF" + key);
    reads(chain.replace("\n", "\r\n"), key.replace("\n", "\r\n"));
    reads(chain.replace("-----BEGIN", text + "-----BEGIN") + text, text + key + text);
    String parameters = Certificate.pem("EC PARAMETERS", new byte[] {6, 1, 1});
    for (String both : List.of(chain + key, key + chain, parameters + key + text + chain)) {
      reads(both, both);
    }
  }

  @Test
  void convertsAKeyByTheCommandInTheError() throws Exception {
    Tool.require(getClass().getSimpleName(), List.of("openssl"));
    Path older = directory.resolve("older.pem");
    for (String algorithm : List.of("RSA", "EC")) {
      Certificate own = Certificate.make(directory, algorithm, "-1H", 1);
      Files.writeString(certificateFile, own.certificatePem());
      for (String encryption : List.of("", " -aes128")) {
        // PKCS #1 and SEC 1, the forms that OpenSSL wrote for years.
        Files.writeString(keyFile, own.keyPem());
        run(
            "openssl pkey -traditional -in %s -out %s -passout pass:only-for-tests%s"
                .formatted(keyFile, older, encryption));
        String message = refusal(older);
        run(message.substring(message.indexOf("openssl")) + " -passin pass:only-for-tests");
        try (Tls tls =
            new Tls(new TlsFiles(certificateFile, Path.of(older + ".pkcs8")), Clock.systemUTC())) {
          assertThat(tls).isNotNull();
        }
      }
    }
  }

  @Test
  void takesANewCertificateFromTheOneFileWithBoth() throws Exception {
    keyFile = certificateFile;
    Files.writeString(keyFile, certificate.keyPem() + certificate.certificatePem());
    serve();
    Certificate next = Certificate.make(directory);
    assertThat(serialNumber(certificate, next)).isEqualTo(certificate.x509().getSerialNumber());
    Certificate.replace(keyFile, next.certificatePem() + next.keyPem());
    awaitSerialNumber(next);
  }

  @Test
  void refusesToStartWithFilesThatAreNoGoodAndSaysWhy() throws Exception {
    Certificate other = Certificate.make(directory);
    Certificate expired = Certificate.make(directory, "EC", "-3d", 1);
    Certificate early = Certificate.make(directory, "EC", "+3d", 1);
    String good = certificate.certificatePem();
    String key = certificate.keyPem();

    refusesToStart(good, other.keyPem(), "is not the key of the first certificate");
    refusesToStart(expired.certificatePem(), expired.keyPem(), "expired at ");
    refusesToStart(early.certificatePem(), early.keyPem(), "is not valid before ");
    String convert =
        "openssl pkcs8 -topk8 -nocrypt -in %s -out %s.pkcs8".formatted(keyFile, keyFile);
    String encrypted = "is encrypted; write it without a passphrase: " + convert;
    refusesToStart(good, key.replace("BEGIN PRIVATE", "BEGIN ENCRYPTED PRIVATE"), encrypted);
    refusesToStart(good, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED", encrypted);
    refusesToStart(
        good,
        key.replace("BEGIN PRIVATE", "BEGIN EC PRIVATE"),
        "is not in PKCS #8 format; convert it: " + convert);
    refusesToStart(good, good, "--tls-key " + keyFile + " has no PEM private key");
    refusesToStart(
        key, key, "--tls-certificate " + certificateFile + " has no readable PEM certificate");
    refusesToStart(
        good,
        Certificate.make(directory, "RSA", "-1H", 1).keyPem(),
        "cannot be read as a key of the kind that its certificate has, EC");

    Files.delete(keyFile);
    Tool.Finished finished =
        ServerProcess.run(
            Map.of("ADRAA_TLS_CERTIFICATE", "" + certificateFile, "ADRAA_TLS_KEY", "" + keyFile),
            "serve",
            "--port",
            "0",
            "--database",
            "" + directory.resolve("inbox.db"));
    assertThat(finished.exitCode()).isEqualTo(1);
    assertThat(finished.err()).contains(" does not exist");

    finished = ServerProcess.run(Map.of(), "serve", "--tls-key", keyFile.toString());
    assertThat(finished.exitCode()).isEqualTo(2);
    assertThat(finished.err()).contains("--tls-certificate and --tls-key must be given together");
  }

  private void refusesToStart(String certificatePem, String keyPem, String reason)
      throws Exception {
    Files.writeString(certificateFile, certificatePem);
    Files.writeString(keyFile, keyPem);
    Tool.Finished refused =
        Command.run(
            "serve",
            "--port",
            "0",
            "--database",
            "" + directory.resolve("inbox.db"),
            "--tls-certificate",
            "" + certificateFile,
            "--tls-key",
            "" + keyFile);
    assertThat(refused.exitCode()).as(refused.err()).isEqualTo(1);
    assertThat(refused.err()).contains(reason).hasLineCount(1);
    assertThat(directory.resolve("inbox.db")).doesNotExist();
  }

  private void reads(String certificatePem, String keyPem) throws IOException {
    Files.writeString(certificateFile, certificatePem);
    Files.writeString(keyFile, keyPem);
    try (Tls tls = new Tls(new TlsFiles(certificateFile, keyFile), Clock.systemUTC())) {
      assertThat(tls).isNotNull();
    }
  }

  private String refusal(Path key) {
    return catchThrowableOfType(
            OperatorException.class,
            () -> new Tls(new TlsFiles(certificateFile, key), Clock.systemUTC()).close())
        .getMessage();
  }

  private void run(String command) throws Exception {
    Tool.run(directory, 1, Map.of(), command.split(" ")).succeeded();
  }

  private void serve(String... options) throws IOException {
    server =
        ServerProcess.serve(
            directory.resolve("inbox.db"),
            Map.of("ADRAA_TLS_CERTIFICATE", "" + certificateFile, "ADRAA_TLS_KEY", "" + keyFile),
            options);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path));
  }

  private HttpResponse<String> get(HttpClient client, String path) throws Exception {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private void refused(HttpClient client, HttpRequest.Builder request, int status, String code)
      throws Exception {
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(response.statusCode()).as(code + ": " + response.body()).isEqualTo(status);
    assertThat(JsonPath.from(response.body()).getString("error.code")).isEqualTo(code);
    assertThat(response.headers().allValues("X-Request-Id")).hasSize(1);
  }

  private static HttpClient client(HttpClient.Version version, Certificate trusted)
      throws Exception {
    return HttpClient.newBuilder()
        .version(version)
        .sslContext(Certificate.trusting(trusted))
        .build();
  }

  private SSLSocket socket(SSLContext context) throws IOException {
    return (SSLSocket)
        context.getSocketFactory().createSocket(server.url().getHost(), server.url().getPort());
  }

  /** Of the certificate that a new connection is shown. */
  private BigInteger serialNumber(Certificate... trusted) throws Exception {
    try (SSLSocket socket = socket(Certificate.trusting(trusted))) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  private void awaitSerialNumber(Certificate next) {
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> serialNumber(certificate, next), next.x509().getSerialNumber()::equals);
  }

  private void awaitLog(String expression) {
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(
            () -> server.log(),
            log -> log.lines().anyMatch(line -> line.matches(".*" + expression + ".*")));
  }
}
