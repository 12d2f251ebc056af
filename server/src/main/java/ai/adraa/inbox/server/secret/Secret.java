package ai.adraa.inbox.server.secret;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A string that opens something: an API token's secret, a session id or a sign-in code. All
 * randomness and all hashing of the server is here; {@link #toString} never tells the value.
 */
public final class Secret {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String TOKEN_START = "adraa_";
  private static final int TOKEN_LENGTH = 54;
  private static final int CHECKED_LENGTH = 46;
  private static final int PREFIX_LENGTH = 14;

  // 256 bits without padding.
  private static final Pattern SESSION_ID = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final String value;

  public Secret(String value) {
    this.value = value;
  }

  /**
   * A new API token's secret: {@code adraa_}, 160 random bits as 40 hexadecimal digits, and the
   * CRC-32 of the 46 characters before it as 8 more.
   */
  public static Secret newToken() {
    String checked = TOKEN_START + HexFormat.of().formatHex(randomBytes(20));
    return new Secret(checked + checksum(checked));
  }

  /** A new session id: 256 random bits, in the URL-safe alphabet of Base64. */
  public static Secret newSessionId() {
    return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(randomBytes(32)));
  }

  /** A new sign-in code: 6 random digits. */
  public static Secret newSignInCode() {
    return new Secret("%06d".formatted(RANDOM.nextInt(1_000_000)));
  }

  public static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** Whether this can be an API token at all: a mistyped one is refused without the database. */
  public boolean isWellFormedToken() {
    return value.length() == TOKEN_LENGTH
        && value.startsWith(TOKEN_START)
        && checksum(value.substring(0, CHECKED_LENGTH)).equals(value.substring(CHECKED_LENGTH))
        && value.chars().skip(TOKEN_START.length()).allMatch(Secret::isLowerCaseHexDigit);
  }

  /** Whether this can be a session id at all. */
  public boolean isWellFormedSessionId() {
    return SESSION_ID.matcher(value).matches();
  }

  /** The first 14 characters of an API token's secret, all that stays visible of it. */
  public String prefix() {
    return value.substring(0, PREFIX_LENGTH);
  }

  /** The SHA-256 of the whole string, as it is stored. */
  public byte[] hash() {
    return sha256().digest(value.getBytes(StandardCharsets.UTF_8));
  }

  /** The SHA-256 of salt and string: for a sign-in code, which has too few values to go without. */
  public byte[] hash(byte[] salt) {
    MessageDigest digest = sha256();
    digest.update(salt);
    return digest.digest(value.getBytes(StandardCharsets.UTF_8));
  }

  /** The value itself, for the one reader that it is meant for. */
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
