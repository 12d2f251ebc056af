package ai.adraa.inbox.server.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.instancio.Instancio;
import org.instancio.junit.InstancioExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.util.DefaultLocale;

/** The form of each secret, and that nobody can guess one. */
@ExtendWith(InstancioExtension.class)
class SecretTest {
  // The contract's example, which opens nothing.
  private static final String EXAMPLE = "adraa_1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4da54ba9f6";

  @Test
  void theContractsExampleIsWellFormed() {
    assertThat(new Secret(EXAMPLE).isWellFormedToken()).isTrue();
    assertThat(new Secret(EXAMPLE).prefix()).isEqualTo("adraa_1a2b3c4d");
  }

  @Test
  void aNewTokenIsWellFormedAndLikeNoOther() {
    Set<String> secrets = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      Secret secret = Secret.newToken();
      assertThat(secret.isWellFormedToken()).isTrue();
      assertThat(secret.reveal()).matches("adraa_[0-9a-f]{48}");
      secrets.add(secret.reveal());
    }
    assertThat(secrets).hasSize(10_000);
  }

  @Test
  void eachDigitOfATokenUpToTheChecksumIsRandom() {
    List<String> tokens = values(Secret::newToken);
    assertThat(tokens).allMatch(token -> token.startsWith("adraa_"));
    assertRandom(tokens, 6, 46, 16);
  }

  @Test
  void eachCharacterOfASessionIdIsRandom() {
    List<String> ids = values(Secret::newSessionId);
    assertThat(ids).allMatch(id -> new Secret(id).isWellFormedSessionId());
    assertRandom(ids, 0, 42, 64);
    // 256 bits are 42 characters of 6 bits, and 4 bits in the last.
    assertThat(ids.stream().map(id -> id.charAt(42)).distinct()).hasSize(16);
  }

  @Test
  void eachDigitOfABearerSessionIsRandom() {
    List<String> secrets = values(Secret::newBearerSession);
    assertThat(secrets)
        .allMatch(secret -> secret.startsWith("adraa_session_"))
        .allMatch(secret -> new Secret(secret).isWellFormedBearerSession())
        .noneMatch(secret -> new Secret(secret).isWellFormedToken())
        .noneMatch(secret -> new Secret(secret).isWellFormedSessionId());
    assertRandom(secrets, 14, 78, 16);
  }

  @Test
  void eachDigitOfASignInCodeIsRandom() {
    List<String> codes = values(Secret::newSignInCode);
    assertThat(codes).allMatch(code -> code.matches("[0-9]{6}"));
    assertRandom(codes, 0, 6, 10);
  }

  @Test
  @DefaultLocale("fa")
  void aSignInCodeHasAsciiDigitsInEveryLanguage() {
    assertThat(String.format("%d", 1)).as("this language has other digits").isEqualTo("\u06f1");
    assertThat(Secret.newSignInCode().reveal()).matches("[0-9]{6}");
  }

  @Test
  void eachByteOfASaltIsRandom() {
    assertRandom(
        values(() -> new Secret(new String(Secret.randomBytes(16), StandardCharsets.ISO_8859_1))),
        0,
        16,
        256);
  }

  @Test
  void anyOneWrongCharacterIsRefusedWithoutTheDatabase() {
    for (int i = 0; i < EXAMPLE.length(); i++) {
      char other = EXAMPLE.charAt(i) == '0' ? '1' : '0';
      String mistyped = EXAMPLE.substring(0, i) + other + EXAMPLE.substring(i + 1);
      assertThat(new Secret(mistyped).isWellFormedToken()).as(mistyped).isFalse();
    }
  }

  @Test
  void whatIsNoTokenAtAllIsRefused() {
    for (String text :
        new String[] {
          "",
          "adraa_",
          EXAMPLE + "0",
          EXAMPLE.substring(1),
          EXAMPLE.toUpperCase(Locale.ROOT),
          "ä".repeat(54)
        }) {
      assertThat(new Secret(text).isWellFormedToken()).as(text).isFalse();
    }
  }

  @Test
  void everyFortyHexadecimalDigitsWithTheirChecksumAreATokenAndNothingElseIs() {
    for (int i = 0; i < 500; i++) {
      String checked = "adraa_" + Instancio.gen().string().hex().lowerCase().length(40).get();
      assertThat(new Secret(withChecksum(checked)).isWellFormedToken()).isTrue();

      int position = Instancio.gen().ints().range(6, 45).get();
      for (String other :
          List.of(
              checked.substring(0, position) + "g" + checked.substring(position + 1),
              checked.substring(0, position) + "A" + checked.substring(position + 1),
              checked.substring(0, position) + "/" + checked.substring(position + 1),
              checked.substring(0, position) + ":" + checked.substring(position + 1),
              checked.substring(0, position) + "`" + checked.substring(position + 1),
              checked.substring(0, position) + checked.substring(position + 1),
              checked + "0",
              "adrab_" + checked.substring(6))) {
        assertThat(new Secret(withChecksum(other)).isWellFormedToken()).as(other).isFalse();
      }
    }
  }

  @Test
  void aHashIsOfTheValueAndOfTheSalt() {
    Secret code = new Secret("042117");
    assertThat(code.hash()).isEqualTo(new Secret("042117").hash()).hasSize(32);
    assertThat(code.hash()).isNotEqualTo(new Secret("042118").hash());
    byte[] salted = code.hash(new byte[] {1});
    assertThat(salted).isEqualTo(new Secret("042117").hash(new byte[] {1})).hasSize(32);
    assertThat(salted)
        .isNotEqualTo(code.hash())
        .isNotEqualTo(code.hash(new byte[] {2}))
        .isNotEqualTo(new Secret("042118").hash(new byte[] {1}));
  }

  @Test
  void toStringDoesNotTellTheValue() {
    assertThat(new Secret(EXAMPLE).toString()).isEqualTo("Secret[hidden]");
  }

  private static String withChecksum(String checked) {
    CRC32 crc = new CRC32();
    crc.update(checked.getBytes(StandardCharsets.US_ASCII));
    return checked + "%08x".formatted(crc.getValue());
  }

  private static List<String> values(Supplier<Secret> secrets) {
    return Stream.generate(secrets).limit(10_000).map(Secret::reveal).toList();
  }

  /** Each position takes all its values, and no two positions always have the same. */
  private static void assertRandom(List<String> secrets, int begin, int end, int alphabet) {
    for (int i = begin; i < end; i++) {
      int position = i;
      assertThat(secrets.stream().map(secret -> secret.charAt(position)).distinct())
          .as("values at position %s", i)
          .hasSize(alphabet);
      for (int j = begin; j < i; j++) {
        int other = j;
        assertThat(secrets.stream().allMatch(s -> s.charAt(other) == s.charAt(position)))
            .as("positions %s and %s are always equal", j, i)
            .isFalse();
      }
    }
  }
}
