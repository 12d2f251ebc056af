package ai.adraa.inbox.server.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Reads options that are missing on the command line from environment variables: {@code
 * --mail-from} from {@code ADRAA_MAIL_FROM}. Options without a value have no variable.
 */
final class EnvironmentVariables implements IDefaultValueProvider {
  private static final String START = "ADRAA_";

  /** Variables that the samples of the API reference use. */
  private static final Set<String> OTHERS = Set.of("ADRAA_BASE_URL", "ADRAA_TOKEN");

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    Optional<String> value =
        argument instanceof OptionSpec option
            ? variable(option).flatMap(EnvironmentVariables::value)
            : Optional.empty();
    // Picocli replaces ${...} in what this returns, and $$ by $.
    return value.map(text -> text.replace("$", "$$")).orElse(argument.defaultValue());
  }

  /** Returns the values of all variables that start with {@code ADRAA_}. */
  static List<String> values() {
    return names().stream().flatMap(name -> value(name).stream()).toList();
  }

  /** Returns a warning of variables that start with {@code ADRAA_} but belong to no option. */
  static Optional<String> warning(CommandSpec commands) {
    Set<String> unknown = names();
    unknown.removeAll(OTHERS);
    removeKnown(commands.commandLine(), unknown);
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of("Unknown variables: " + String.join(", ", unknown));
  }

  /**
   * Names in a message the variables in place of the options whose values came from them.
   *
   * @param arguments the command line, which has precedence over variables
   */
  static String blame(String message, CommandSpec command, List<String> arguments) {
    String blamed = message;
    for (OptionSpec option : command.options()) {
      String name = option.longestName();
      Optional<String> variable = variable(option).filter(v -> value(v).isPresent());
      if (variable.isPresent()
          && arguments.stream().noneMatch(a -> a.equals(name) || a.startsWith(name + "="))) {
        blamed =
            Pattern.compile("(option )?(?<![\\w-])('?)" + name + "\\b(?!-)")
                .matcher(blamed)
                .replaceAll(
                    found ->
                        Matcher.quoteReplacement(
                            (found.group(1) == null ? "" : "variable ")
                                + found.group(2)
                                + variable.get()));
      }
    }
    return blamed;
  }

  private static Set<String> names() {
    Set<String> names = new TreeSet<>(System.getenv().keySet());
    names.removeIf(name -> !name.startsWith(START));
    return names;
  }

  private static Optional<String> value(String variable) {
    // An empty variable counts as not set, because some programs always set it.
    return Optional.ofNullable(System.getenv(variable)).filter(value -> !value.isEmpty());
  }

  private static void removeKnown(CommandLine command, Set<String> names) {
    command.getCommandSpec().options().stream()
        .flatMap(option -> variable(option).stream())
        .forEach(names::remove);
    command.getSubcommands().values().forEach(subcommand -> removeKnown(subcommand, names));
  }

  private static Optional<String> variable(OptionSpec option) {
    String name = option.longestName();
    return option.arity().max() > 0 && name.startsWith("--")
        ? Optional.of(START + name.substring(2).replace('-', '_').toUpperCase(Locale.ROOT))
        : Optional.empty();
  }
}
