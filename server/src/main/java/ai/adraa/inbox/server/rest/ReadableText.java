package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.text.PlainText;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;

/**
 * Requires text that people can read: with a visible character, without those that control a
 * terminal, hide text or change its order, and without a secret. META-INF/constraints.xml applies
 * it.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = ReadableText.Validator.class)
public @interface ReadableText {
  /** The message. */
  String message() default "must contain a visible character";

  /** Required by Bean Validation. */
  Class<?>[] groups() default {};

  /** Required by Bean Validation. */
  Class<? extends Payload>[] payload() default {};

  /** Validates the text. */
  final class Validator implements ConstraintValidator<ReadableText, CharSequence> {
    @Override
    public boolean isValid(@Nullable CharSequence text, ConstraintValidatorContext context) {
      if (text == null || text.isEmpty()) {
        return true;
      }
      if (!PlainText.isPlain(text.toString())) {
        // The x-pattern-message of a token's name in the contract.
        return refuse(context, "must not contain control, format or line separator characters");
      }
      if (Secret.isPartOf(text.toString())) {
        // All admins see it, and the audit trail keeps it.
        return refuse(context, "must not contain a secret");
      }
      return PlainText.hasVisibleCharacter(text.toString());
    }

    private static boolean refuse(ConstraintValidatorContext context, String message) {
      context.disableDefaultConstraintViolation();
      context.buildConstraintViolationWithTemplate(message).addConstraintViolation();
      return false;
    }
  }
}
