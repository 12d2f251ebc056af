package ai.adraa.inbox.server.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Takes an option that is not given from the environment: {@code --mail-from} from {@code
 * ADRAA_MAIL_FROM}. The value is used as it is. Flags are on the command line only.
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
    // Empty is as good as not set, for programs that always set a variable.
    return value == null || value.isEmpty() ? argument.defaultValue() : value;
  }
}
