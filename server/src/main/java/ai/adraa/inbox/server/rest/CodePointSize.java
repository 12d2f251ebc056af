package ai.adraa.inbox.server.rest;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Validates {@link Size} in Unicode code points, as the contract requires (JSON Schema Validation
 * §6.3.1), and names the limits in the message. The library's own validator counts UTF-16 code
 * units.
 */
public final class CodePointSize implements ConstraintValidator<Size, CharSequence> {
  private int min;
  private int max;

  @Override
  public void initialize(Size size) {
    min = size.min();
    max = size.max();
  }

  @Override
  public boolean isValid(@Nullable CharSequence text, ConstraintValidatorContext context) {
    if (text == null) {
      return true;
    }
    int length = Character.codePointCount(text, 0, text.length());
    if (min <= length && length <= max) {
      return true;
    }
    context.disableDefaultConstraintViolation();
    context
        .buildConstraintViolationWithTemplate("must be " + limits() + " long")
        .addConstraintViolation();
    return false;
  }

  private String limits() {
    if (min == max) {
      return "exactly " + characters(max);
    }
    if (max == Integer.MAX_VALUE) {
      return "at least " + characters(min);
    }
    return min == 0 ? "at most " + characters(max) : min + " to " + characters(max);
  }

  private static String characters(int count) {
    return count == 1 ? "1 character" : count + " characters";
  }
}
