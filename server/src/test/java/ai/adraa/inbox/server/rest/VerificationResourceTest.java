package ai.adraa.inbox.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the name of a workspace looks like in a header. */
class VerificationResourceTest {
  @ParameterizedTest
  @ValueSource(strings = {"acme", "acme-2", "A.b_c~9", ""})
  void anUnreservedNameIsNotCopied(String name) {
    assertThat(VerificationResource.percentEncoded(name)).isSameAs(name);
  }

  @ParameterizedTest
  @CsvSource({
    "Ada & Söhne, Ada%20%26%20S%C3%B6hne",
    "50%25, 50%2525",
    "受信箱😀, %E5%8F%97%E4%BF%A1%E7%AE%B1%F0%9F%98%80",
    "{a}+b/c=d, %7Ba%7D%2Bb%2Fc%3Dd",
    "'a\r\nb: c', a%0D%0Ab%3A%20c"
  })
  void anyOtherByteIsPercentEncoded(String name, String encoded) {
    assertThat(VerificationResource.percentEncoded(name)).isEqualTo(encoded);
  }
}
