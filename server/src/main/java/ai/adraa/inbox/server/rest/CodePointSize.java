package ai.adraa.inbox.server.rest;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Counts the characters of a string as the contract does, in Unicode code points (JSON Schema
 * Validation §6.3.1); the validator that comes with the library counts UTF-16 units.
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
    return min <= length && length <= max;
  }
}
