package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.model.NewToken;
import ai.adraa.inbox.server.token.InvalidExpiryException;
import ai.adraa.inbox.server.token.TokenService;
import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Validates command-line options by the contract's constraints, so that both accept the same. */
final class OptionValidator {
  private OptionValidator() {}

  /**
   * Validates one field of a request that holds the option's value.
   *
   * @param option the option's name, for the message
   * @throws ParameterException if the value violates a constraint of the field
   */
  static <T> void requireValid(CommandSpec spec, String option, T request, String field) {
    try (ValidatorFactory validation = Validation.buildDefaultValidatorFactory()) {
      validation.getValidator().validateProperty(request, field).stream()
          .findFirst()
          .ifPresent(
              violation -> {
                throw new ParameterException(
                    spec.commandLine(), option + " " + violation.getMessage());
              });
    }
  }

  /** Returns a token's name without white space around it, if it is valid. */
  static String requireName(CommandSpec spec, String name) {
    String stripped = name.strip();
    requireValid(spec, "--name", new NewToken().name(stripped), "name");
    return stripped;
  }

  /** Returns a token's description without white space around it, if it is valid. */
  static @Nullable String requireDescription(CommandSpec spec, @Nullable String description) {
    if (description == null) {
      return null;
    }
    String stripped = description.strip();
    requireValid(spec, "--description", new NewToken().description(stripped), "description");
    return stripped;
  }

  /**
   * Validates an expiry.
   *
   * @param at the expiry; null if the option was not given
   */
  static void requireExpiry(CommandSpec spec, String option, @Nullable Instant at) {
    if (at != null && !TokenService.isExpiry(at, Instant.now())) {
      throw new ParameterException(
          spec.commandLine(), option + " " + InvalidExpiryException.REQUIREMENT);
    }
  }
}
