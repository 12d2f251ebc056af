package ai.adraa.inbox.server.rest;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.constraints.Size;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Validates {@link Size} of a list, and names the limits in the message. */
public final class CollectionSize implements ConstraintValidator<Size, Collection<?>> {
  private int min;
  private int max;

  @Override
  public void initialize(Size size) {
    min = size.min();
    max = size.max();
  }

  @Override
  public boolean isValid(@Nullable Collection<?> items, ConstraintValidatorContext context) {
    if (items == null || (min <= items.size() && items.size() <= max)) {
      return true;
    }
    context.disableDefaultConstraintViolation();
    context
        .buildConstraintViolationWithTemplate("must have " + min + " to " + max + " items")
        .addConstraintViolation();
    return false;
  }
}
