package ai.adraa.inbox.server.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
  void toStringDoesNotTellTheValue() {
    assertThat(new Secret(EXAMPLE).toString()).doesNotContain("1a2b3c4d");
  }
}
