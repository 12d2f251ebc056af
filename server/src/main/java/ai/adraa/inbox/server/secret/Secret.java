package ai.adraa.inbox.server.secret;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * Holds a credential so that it cannot leak into logs: the secret of an API token, a session id or
 * a sign-in code. All secrets are generated and hashed here. {@link #toString} never reveals the
 * value. Immutable.
 */
public final class Secret {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String TOKEN_START = "adraa_";
  private static final int TOKEN_LENGTH = 54;
  private static final int CHECKED_LENGTH = 46;
  private static final int PREFIX_LENGTH = 14;

  private static final Pattern TOKEN_PREFIX = Pattern.compile("adraa_[0-9a-f]{8}");

  // As in a text, where the underscore may be percent-encoded.
  private static final Pattern IN_TEXT =
      Pattern.compile(
          "(adraa(_|%5f)(session(_|%5f)|[0-9a-f]{8}))"
              // Another secret may follow, which begins with hexadecimal digits.
              + "[0-9a-f]+?(?=adraa|[^0-9a-f]|$)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern PART = Pattern.compile("(?i)adraa_(session_|[0-9a-f]{9})");

  private static final String SESSION_START = "adraa_session_";
  private static final Pattern BEARER_SESSION = Pattern.compile(SESSION_START + "[0-9a-f]{64}");

  // Base64 of 256 bits, without padding.
  private static final Pattern SESSION_ID = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final String value;

  /** Wraps a value without checking its form. */
  public Secret(String value) {
    this.value = value;
  }

  /**
   * Returns a new secret of an API token: {@code adraa_}, 160 random bits as 40 hexadecimal digits,
   * and the CRC-32 of these 46 characters as 8 more digits.
   */
  public static Secret newToken() {
    String checked = TOKEN_START + HexFormat.of().formatHex(randomBytes(20));
    return new Secret(checked + checksum(checked));
  }

  /** Returns a new session id for a cookie: 256 random bits in unpadded Base64url (RFC 4648 §5). */
  public static Secret newSessionId() {
    return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(randomBytes(32)));
  }

  /**
   * Returns a new session secret for the Authorization header: {@code adraa_session_} and 256
   * random bits as 64 hexadecimal digits. It does not have the form of an API token, so neither is
   * accepted in place of the other.
   */
  public static Secret newBearerSession() {
    return new Secret(SESSION_START + HexFormat.of().formatHex(randomBytes(32)));
  }

  /** Returns a new sign-in code: 6 random digits. */
  public static Secret newSignInCode() {
    return new Secret(String.format(Locale.ROOT, "%06d", RANDOM.nextInt(1_000_000)));
  }

  /**
   * Returns true if the text contains more of the secret of a token than its prefix, or any of the
   * secret of a session. It may be incomplete or mistyped.
   */
  public static boolean isPartOf(String text) {
    return PART.matcher(text).find();
  }

  /** Returns cryptographically strong random bytes. */
  public static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /**
   * Returns true if the length, the digits and the checksum are those of an API token. A mistyped
   * token is thus rejected without a database query.
   */
  public boolean isWellFormedToken() {
    return value.length() == TOKEN_LENGTH
        && value.startsWith(TOKEN_START)
        && checksum(value.substring(0, CHECKED_LENGTH)).equals(value.substring(CHECKED_LENGTH))
        && value.chars().skip(TOKEN_START.length()).allMatch(Secret::isLowerCaseHexDigit);
  }

  /** Returns true if this is only the {@link #prefix} of an API token. */
  public boolean isPrefix() {
    return TOKEN_PREFIX.matcher(value).matches();
  }

  /** Returns true if the length and the characters are those of a session's bearer secret. */
  public boolean isWellFormedBearerSession() {
    return BEARER_SESSION.matcher(value).matches();
  }

  /** Returns true if the length and the characters are those of a session id in a cookie. */
  public boolean isWellFormedSessionId() {
    return SESSION_ID.matcher(value).matches();
  }

  /**
   * Returns the first 14 characters of an API token's secret, the only part that stays visible.
   *
   * @throws IndexOutOfBoundsException if the value is shorter
   */
  public String prefix() {
    return value.substring(0, PREFIX_LENGTH);
  }

  /**
   * Returns what follows the {@link #prefix} of an API token's secret.
   *
   * @throws IndexOutOfBoundsException if the value is shorter
   */
  public String withoutPrefix() {
    return value.substring(PREFIX_LENGTH);
  }

  /** Returns the text with what {@link #isPartOf} finds in it cut to the prefix of a token. */
  public static String cutIn(String text) {
    return IN_TEXT.matcher(text).replaceAll("$1…");
  }

  /** Returns the SHA-256 of the UTF-8 value, the form in which it is stored. */
  public byte[] hash() {
    return sha256().digest(value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns the SHA-256 of the salt followed by the UTF-8 value. Sign-in codes need a salt because
   * there are only a million of them.
   */
  public byte[] hash(byte[] salt) {
    MessageDigest digest = sha256();
    digest.update(salt);
    return digest.digest(value.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the value. Only for sending it to its owner. */
  public String reveal() {
    return value;
  }

  @Override
  public String toString() {
    return "Secret[hidden]";
  }

  private static boolean isLowerCaseHexDigit(int character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
  }

  private static String checksum(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
