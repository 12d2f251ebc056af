package ai.adraa.inbox.server.cli;

import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
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
}
