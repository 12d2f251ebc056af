package ai.adraa.inbox.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodePointSizeTest {
  private static final class Texts {
    @Size(min = 1, max = 100)
    private @Nullable String range;

    @Size(max = 1)
    private @Nullable String most;

    @Size(min = 2)
    private @Nullable String least;

    @Size(min = 6, max = 6)
    private @Nullable String exact;
  }

  @ParameterizedTest
  @CsvSource({
    "range, '', must be 1 to 100 characters long",
    "most, ab, must be at most 1 character long",
    "least, a, must be at least 2 characters long",
    "exact, 12345, must be exactly 6 characters long",
    "exact, 1234567, must be exactly 6 characters long"
  })
  void theMessageNamesTheLimits(String field, String value, String message) {
    try (ValidatorFactory factory = Validation.buildDefaultValidatorFactory()) {
      Validator validator = factory.getValidator();

      assertThat(validator.validateValue(Texts.class, field, value))
          .extracting(ConstraintViolation::getMessage)
          .containsExactly(message);
    }
  }

  /** A character outside of Unicode's first plane needs two UTF-16 code units, and counts once. */
  @Test
  void anyTextOfTheRightLengthIsValid() {
    try (ValidatorFactory factory = Validation.buildDefaultValidatorFactory()) {
      Validator validator = factory.getValidator();
      for (int length : new int[] {0, 1, 2, 99, 100, 101}) {
        for (String text : List.of("x".repeat(length), "\uD83D\uDE00".repeat(length))) {
          assertThat(validator.validateValue(Texts.class, "range", text).isEmpty())
              .as("%s characters", length)
              .isEqualTo(length >= 1 && length <= 100);
        }
      }
      assertThat(validator.validateValue(Texts.class, "range", null)).isEmpty();
    }
  }
}
