package ai.adraa.inbox.server.cli;

import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks options against the constraints of the contract. */
final class OptionValidator {
  private OptionValidator() {}

  /** Checks an option against the constraint that the contract gives a field of a request. */
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
