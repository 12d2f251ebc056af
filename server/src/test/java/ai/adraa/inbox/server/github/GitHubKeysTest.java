package ai.adraa.inbox.server.github;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.adraa.inbox.server.error.OperatorException;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures of GitHub, and the keys that verify them. */
class GitHubKeysTest {
  // The example of GitHub's documentation, which names the key as a test key.
  private static final String MESSAGE =
      "[{\"token\":\"some_token\",\"type\":\"some_type\",\"url\":\"some_url\",\"source\":\"some_source\"}]";
  private static final String KEY_ID =
      "f9525bf080f75b3506ca1ead061add62b8633a346606dc5fe544e29231c6ee0d";
  private static final String SIGNATURE =
      "MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJY=";
  private static final String PEM =
      "-----BEGIN PUBLIC KEY-----\\n"
          + "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsz9ugWDj5jK5ELBK42ynytbo38gP\\n"
          + "HzZFI03Exwz8Lh/tCfL3YxwMdLjB+bMznsanlhK0RwcGP3IDb34kQDIo3Q==\\n"
          + "-----END PUBLIC KEY-----\\n";

  private final Time time = new Time();
  private final AtomicInteger loads = new AtomicInteger();
  private volatile String served = keys(KEY_ID, PEM);

  @Test
  void theExampleOfTheDocumentationIsValid() {
    assertThat(keys().verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "[]                                       | MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJY=",
        "M                                        | MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJc=",
        "M                                        | MEQCIA6C6L8ZYvZnqgV0zwrrmRab10QmIFV396gsba/WYm9oAiAI6Q+/jNaWqkgG5YhaWshTXbRwIgqIK6Ru7LxVYDbV5Q==",
        // Zeros: an old Java took them for valid.
        "M                                        | MAYCAQACAQA=",
        "M                                        | AAAA",
        "M                                        | \"\"",
        "M                                        | not base64",
        "M                                        | ====",
      })
  void anythingElseIsNot(String message, String signature) {
    String text = message.equals("M") ? MESSAGE : message;

    assertThat(keys().verify(bytes(text), KEY_ID, signature)).isFalse();
  }

  @Test
  void theSpacesOfTheBodyCount() {
    assertThat(keys().verify(bytes(MESSAGE + "\n"), KEY_ID, SIGNATURE)).isFalse();
  }

  @Test
  void theKeysAreKeptForAnHour() {
    GitHubKeys keys = keys();
    for (int i = 0; i < 3; i++) {
      assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isTrue();
      time.pass(Duration.ofMinutes(29));
    }

    assertThat(loads).hasValue(1);
    time.pass(Duration.ofMinutes(2));
    assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isTrue();
    assertThat(loads).hasValue(2);
  }

  @Test
  void anUnknownKeyIsLookedForOnceAMinute() throws Exception {
    GitHubKeys keys = keys();
    assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isTrue();
    KeyPair pair = pair("secp256r1");
    served = keys("new", pem(pair));
    assertThat(keys.verify(bytes("x"), "new", sign(pair, "x"))).isFalse();
    assertThat(loads).hasValue(1);

    time.pass(Duration.ofSeconds(60));

    assertThat(keys.verify(bytes("x"), "new", sign(pair, "x"))).isTrue();
    assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).as("a removed key").isFalse();
    assertThat(keys.verify(bytes(MESSAGE), "other", SIGNATURE)).isFalse();
    assertThat(loads).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"public_keys\":[]}",
        "{\"public_keys\":[{\"key\":\"?\"}]}"
      })
  void olderKeysStayInUseWhileNoneCanBeLoaded(String broken) {
    GitHubKeys keys = keys();
    assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isTrue();
    served = broken;
    time.pass(Duration.ofHours(5));

    for (int i = 0; i < 3; i++) {
      assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isTrue();
    }

    assertThat(loads).as("attempts").hasValue(2);
  }

  @Test
  void withoutKeysNothingCanBeVerified() {
    served = "";
    GitHubKeys keys = keys();
    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(KeysUnavailableException.class)
          .isThrownBy(() -> keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE));
    }
    assertThat(loads).as("attempts").hasValue(1);

    served = keys(KEY_ID, PEM);
    time.pass(Duration.ofMinutes(1));

    assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isTrue();
  }

  @Test
  void nobodyWaitsForNewKeysWhileThereAreOlderOnes() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    GitHubKeys keys =
        new GitHubKeys(
            () -> {
              if (loads.incrementAndGet() > 1) {
                entered.countDown();
                try {
                  leave.await();
                } catch (InterruptedException e) {
                  throw new IOException(e);
                }
              }
              return bytes(served);
            },
            time);
    assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isTrue();
    time.pass(Duration.ofHours(2));
    Thread slow = new Thread(() -> keys.verify(bytes(MESSAGE), "unknown", SIGNATURE));
    slow.start();
    entered.await();

    assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isTrue();

    leave.countDown();
    slow.join();
  }

  @Test
  void onlyKeysOfTheCurveAreTaken() throws Exception {
    served = keys(KEY_ID, pem(pair("secp384r1")));

    assertThatExceptionOfType(KeysUnavailableException.class)
        .isThrownBy(() -> keys().verify(bytes(MESSAGE), KEY_ID, SIGNATURE));
  }

  @Test
  void aUrlIsLoaded() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    AtomicInteger status = new AtomicInteger(200);
    server.createContext(
        "/keys",
        exchange -> {
          byte[] body = bytes(served);
          exchange.sendResponseHeaders(status.get(), body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
      GitHubKeys.Source source = GitHubKeys.get(url, HttpClient.newHttpClient());

      assertThat(source.load()).isEqualTo(bytes(served));
      status.set(403);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(source::load)
          .withMessageContaining("403");
      server.stop(0);
      assertThatExceptionOfType(IOException.class).isThrownBy(source::load);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aFileIsReadAgain(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("keys.json"), served);
    GitHubKeys keys = GitHubKeys.at(file.toString(), time);
    assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isTrue();
    KeyPair pair = pair("secp256r1");
    Files.writeString(file, keys("new", pem(pair)));
    time.pass(Duration.ofMinutes(1));

    assertThat(keys.verify(bytes("x"), "new", sign(pair, "x"))).isTrue();
    assertThat(keys.verify(bytes(MESSAGE), KEY_ID, SIGNATURE)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://api.github.example/keys", "ftp://x", "https://", "missing.json", "\u0000"})
  void aLocationIsAnHttpsUrlOrAFile(String location) {
    assertThatExceptionOfType(OperatorException.class)
        .isThrownBy(() -> GitHubKeys.at(location, time))
        .withMessageContaining("--github-keys");
  }

  private GitHubKeys keys() {
    return new GitHubKeys(
        () -> {
          loads.incrementAndGet();
          return bytes(served);
        },
        time);
  }

  private static String keys(String id, String pem) {
    return "{\"public_keys\":[{\"key_identifier\":\"%s\",\"key\":\"%s\",\"is_current\":true}]}"
        .formatted(id, pem);
  }

  private static KeyPair pair(String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  private static String pem(KeyPair pair) {
    return "-----BEGIN PUBLIC KEY-----\\n%s\\n-----END PUBLIC KEY-----"
        .formatted(Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
  }

  private static String sign(KeyPair pair, String message) throws Exception {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update(bytes(message));
    return Base64.getEncoder().encodeToString(signature.sign());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Stands still until a test moves it. */
  private static final class Time extends Clock {
    private volatile Instant now = Instant.parse("2026-06-14T08:00:00Z");

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }
}
