package ai.adraa.inbox.server.mail;

import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The one form in which an email address is stored, compared and sent to. */
public final class EmailAddress {
  private static final int MAX_LENGTH = 254; // RFC 5321 §4.5.3.1.3

  // IDNA 2008 and 2003 convert these to different domains, which can have different owners.
  private static final Pattern AMBIGUOUS = Pattern.compile("[\u00df\u03c2\u200c\u200d]");

  private EmailAddress() {}

  /** Returns the address in lower case, with its domain as returned by {@link #withAsciiDomain}. */
  public static String canonical(String email) {
    return withAsciiDomain(email.toLowerCase(Locale.ROOT));
  }

  /**
   * Returns the address with an internationalized domain in its ASCII form (punycode): {@code
   * ada@xn--bcher-kva.example}. Returns the address itself if the domain has no such form, or has
   * several, as one with the letter ß.
   */
  public static String withAsciiDomain(String email) {
    int domain = email.lastIndexOf('@') + 1;
    if (isAscii(email) || AMBIGUOUS.matcher(email.substring(domain)).find()) {
      return email;
    }
    try {
      // The rules exclude characters that would only become ASCII by the conversion, such as '/'.
      return email.substring(0, domain)
          + IDN.toASCII(email.substring(domain), IDN.USE_STD3_ASCII_RULES);
    } catch (IllegalArgumentException e) {
      return email;
    }
  }

  /**
   * Returns the parameters of an SQL statement that finds an address: {@code email} in its
   * canonical form, and {@code unicode} with the domain in Unicode, as earlier versions stored it.
   */
  public static Map<String, String> parameters(String email) {
    String canonical = canonical(email);
    int domain = canonical.lastIndexOf('@') + 1;
    String unicode =
        canonical.substring(0, domain)
            + IDN.toUnicode(canonical.substring(domain)).toLowerCase(Locale.ROOT);
    return Map.of("email", canonical, "unicode", unicode);
  }

  /** Returns true if every mail server can receive mail for this address. */
  public static boolean isDeliverable(String canonical) {
    return isAscii(canonical) && canonical.length() <= MAX_LENGTH;
  }

  /** Returns what follows the @. */
  static String domain(String email) {
    return email.substring(email.lastIndexOf('@') + 1);
  }

  private static boolean isAscii(String text) {
    return StandardCharsets.US_ASCII.newEncoder().canEncode(text);
  }
}
