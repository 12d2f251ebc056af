package ai.adraa.inbox.client;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The secret that a request is sent with, and the header for it. Thread-safe. */
final class Credential {
  final String header;
  private final String scheme;
  private final Supplier<String> source;
  private @Nullable String current;

  private Credential(String header, String scheme, Supplier<String> source) {
    this.header = header;
    this.scheme = scheme;
    this.source = source;
  }

  /** RFC 6750 §2.1. */
  static Credential bearer(Supplier<String> source) {
    return new Credential("Authorization", "Bearer ", source);
  }

  static Credential cookie(String session) {
    return new Credential("Cookie", "adraa_session=", () -> session);
  }

  /** Rejects a text that cannot be one credential in a header. The message does not contain it. */
  static String require(String secret, String what) {
    if (secret.isEmpty() || !secret.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ';')) {
      throw new IllegalArgumentException(
          what
              + " must not be empty and must contain only ASCII characters without white space or ';'");
    }
    return secret;
  }

  /** Returns the value of the header for the secret. */
  String value(String secret) {
    return scheme + secret;
  }

  /** Returns the secret that the source returned last. */
  synchronized String secret() {
    String secret = current;
    if (secret == null) {
      secret = source.get();
      Objects.requireNonNull(secret, "The supplier of the token returned null");
      current = require(secret, "A token");
    }
    return secret;
  }

  /** Returns another secret than the one that the server refused, if the source has one. */
  synchronized Optional<String> instead(String refused) {
    // Another thread may have asked the source since.
    if (refused.equals(current)) {
      current = null;
    }
    String secret = secret();
    return secret.equals(refused) ? Optional.empty() : Optional.of(secret);
  }
}
