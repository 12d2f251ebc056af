package ai.adraa.inbox.server.github;

import ai.adraa.inbox.server.error.OperatorException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies signatures of GitHub's secret scanning. Keeps the public keys for an hour, and loads
 * them again for a key that it does not know, at most once a minute. If that fails, the older keys
 * stay in use. Thread-safe.
 */
public final class GitHubKeys {
  private static final Logger LOG = LoggerFactory.getLogger(GitHubKeys.class);
  private static final Duration FRESH = Duration.ofHours(1);
  private static final Duration PAUSE = Duration.ofMinutes(1);
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration LOAD = Duration.ofSeconds(10);
  // The curve of the documentation: P-256.
  private static final int FIELD_BITS = 256;
  private static final JsonMapper JSON = new JsonMapper();

  /** Loads the keys in GitHub's format. */
  interface Source {
    byte[] load() throws IOException;
  }

  private record Keys(Map<String, PublicKey> byId, Instant loadedAt) {}

  private final Source source;
  private final Clock clock;
  // Held while the keys are loaded.
  private final ReentrantLock loading = new ReentrantLock();
  private volatile @Nullable Keys keys;
  private volatile Instant lastAttempt = Instant.MIN;

  GitHubKeys(Source source, Clock clock) {
    this.source = source;
    this.clock = clock;
  }

  /**
   * Returns the keys at a location.
   *
   * @param location a file, or an https URL that is loaded when it is needed
   * @throws OperatorException if it is neither, or if the file cannot be used
   */
  public static GitHubKeys at(String location, Clock clock) {
    if (location.contains("://")) {
      return new GitHubKeys(url(location), clock);
    }
    try {
      Path file = Path.of(location);
      GitHubKeys keys = new GitHubKeys(() -> Files.readAllBytes(file), clock);
      keys.reload();
      return keys;
    } catch (IOException | InvalidPathException e) {
      throw new OperatorException(
          "Cannot read the keys of --github-keys " + location + ": " + e.getMessage(), e);
    }
  }

  private static Source url(String location) {
    try {
      URI url = URI.create(location);
      if ("https".equalsIgnoreCase(url.getScheme()) && url.getHost() != null) {
        return get(url, HttpClient.newBuilder().connectTimeout(CONNECT).build());
      }
    } catch (IllegalArgumentException e) {
      // Falls through to the exception below.
    }
    throw new OperatorException("--github-keys must be an https URL or a file, not " + location);
  }

  /** Returns a source that loads a URL. */
  static Source get(URI url, HttpClient client) {
    HttpRequest request =
        HttpRequest.newBuilder(url).header("Accept", "application/json").timeout(LOAD).build();
    return () -> {
      CompletableFuture<HttpResponse<byte[]>> answer =
          client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
      try {
        // The timeout of the request ends with the headers of the response.
        HttpResponse<byte[]> response = answer.get(LOAD.toMillis(), TimeUnit.MILLISECONDS);
        if (response.statusCode() != 200) {
          throw new IOException("The response has the status " + response.statusCode());
        }
        return response.body();
      } catch (ExecutionException e) {
        throw new IOException(String.valueOf(e.getCause()), e);
      } catch (TimeoutException e) {
        throw new IOException("There was no response within " + LOAD.toSeconds() + " s", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException();
      } finally {
        answer.cancel(true);
      }
    };
  }

  /**
   * Returns true if the signature is that of GitHub.
   *
   * @param keyId the identifier of the key, as in the request
   * @param signature in base64, as in the request
   * @throws KeysUnavailableException if no keys could be loaded yet
   */
  public boolean verify(byte[] message, String keyId, String signature) {
    PublicKey key = find(keyId);
    if (key == null) {
      return false;
    }
    try {
      Signature verification = Signature.getInstance("SHA256withECDSA");
      verification.initVerify(key);
      verification.update(message);
      return verification.verify(Base64.getDecoder().decode(signature));
    } catch (SignatureException | IllegalArgumentException e) {
      // The signature is not DER or not base64.
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable PublicKey find(String id) {
    Keys known = keys;
    if (known == null
        || !known.byId().containsKey(id)
        || !clock.instant().isBefore(known.loadedAt().plus(FRESH))) {
      // Nobody waits for another request's load: strangers could block all worker threads.
      if (loading.tryLock()) {
        try {
          tryReload();
        } finally {
          loading.unlock();
        }
      }
    }
    Keys current = keys;
    if (current == null) {
      throw new KeysUnavailableException();
    }
    return current.byId().get(id);
  }

  private void tryReload() {
    if (clock.instant().isBefore(after(lastAttempt))) {
      return;
    }
    try {
      reload();
    } catch (IOException e) {
      LOG.error(
          "Cannot load GitHub's keys, {}: {}",
          keys == null ? "so its reports of leaked tokens are refused" : "using the older ones",
          e.getMessage());
    }
  }

  private static Instant after(Instant attempt) {
    return attempt.equals(Instant.MIN) ? attempt : attempt.plus(PAUSE);
  }

  private void reload() throws IOException {
    lastAttempt = clock.instant();
    keys = new Keys(parse(source.load()), lastAttempt);
  }

  private static Map<String, PublicKey> parse(byte[] json) throws IOException {
    Map<String, PublicKey> keys = new HashMap<>();
    try {
      for (JsonNode key : JSON.readTree(json).path("public_keys")) {
        keys.put(key.path("key_identifier").asText(), publicKey(key.path("key").asText()));
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("A key is not a public key of the curve P-256 in PEM", e);
    }
    if (keys.isEmpty()) {
      throw new IOException("There are no public_keys");
    }
    return keys;
  }

  private static PublicKey publicKey(String pem) throws GeneralSecurityException {
    String base64 = pem.replaceAll("-----(BEGIN|END) PUBLIC KEY-----|\\s", "");
    PublicKey key =
        KeyFactory.getInstance("EC")
            .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64)));
    if (!(key instanceof ECPublicKey curve)
        || curve.getParams().getCurve().getField().getFieldSize() != FIELD_BITS) {
      throw new IllegalArgumentException("Another curve");
    }
    return key;
  }
}
