package ai.adraa.inbox.server.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Reads options that are missing on the command line from environment variables: {@code
 * --mail-from} from {@code ADRAA_MAIL_FROM}. Options without a value have no variable.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {
  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    String value = null;
    if (argument instanceof OptionSpec option
        && option.arity().max() > 0
        && option.longestName().startsWith("--")) {
      value =
          System.getenv(
              "ADRAA_"
                  + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT));
    }
    // An empty variable counts as not set, because some programs always set it.
    return value == null || value.isEmpty()
        ? argument.defaultValue()
        // Picocli replaces ${...} in what this returns, and $$ by $.
        : value.replace("$", "$$");
  }
}
