package ai.adraa.inbox.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.Tool;
import ai.adraa.inbox.server.cli.Main;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Options as environment variables. */
@Tag("once")
class EnvironmentVariablesTest {
  @TempDir private Path directory;

  @Test
  void anEmptyVariableCountsAsNotSet() throws Exception {
    Map<String, String> empty = new HashMap<>();
    collect(Main.commandLine(), empty);
    assertThat(empty)
        .containsKeys("ADRAA_SMTP", "ADRAA_TLS_KEY", "ADRAA_NICKNAME")
        .hasSizeGreaterThan(20);
    empty.put("ADRAA_MANAGEMENT_PORT", "0");

    try (ServerProcess server = ServerProcess.serve(directory.resolve("inbox.db"), empty)) {
      assertThat(server.log()).contains(" INFO ").doesNotContain("ERROR", "DEBUG");
    }
  }

  private static void collect(CommandLine command, Map<String, String> empty) {
    command
        .getCommandSpec()
        .options()
        .forEach(
            option -> {
              if (option.arity().max() > 0) {
                empty.put(
                    "ADRAA_"
                        + option
                            .longestName()
                            .substring(2)
                            .replace('-', '_')
                            .toUpperCase(Locale.ROOT),
                    "");
              }
            });
    command.getSubcommands().values().forEach(subcommand -> collect(subcommand, empty));
  }

  @ParameterizedTest
  @CsvSource({
    "ADRAA_PORT, serve",
    "ADRAA_RATE_LIMIT, serve",
    "ADRAA_PUBLIC_URL, serve",
    "ADRAA_TRUSTED_PROXIES, serve",
    "ADRAA_MANAGEMENT_PORT, serve",
    "ADRAA_MANAGEMENT_PORT, health",
    "ADRAA_ACCESS_LOG, serve",
    "ADRAA_STANDBY_LEASE, serve",
    "ADRAA_LOG_LEVEL, serve",
    "ADRAA_TLS_KEY, serve",
    "ADRAA_SMTP, serve",
    "ADRAA_ROLE, agent role --workspace acme --email a@acme.example",
    "ADRAA_NAME, token create --workspace acme",
    "ADRAA_EMAIL, agent remove --workspace acme",
    "ADRAA_LIMIT, audit list",
    "ADRAA_TO, copy",
  })
  void anErrorNamesTheVariableThatHasTheValue(String variable, String command) throws Exception {
    Tool.Finished failed =
        ServerProcess.run(
            Map.of(variable, "\u0007", "ADRAA_DATABASE", directory.resolve("inbox.db").toString()),
            command.split(" "));

    assertThat(failed.exitCode()).isNotZero();
    assertThat(failed.err().lines()).as(failed.err()).hasSize(1);
    String option = "--" + variable.substring(6).toLowerCase(Locale.ROOT).replace('_', '-');
    assertThat(failed.err()).contains(variable).doesNotContain(option);
  }

  @Test
  void anErrorNamesTheOptionThatHasPrecedenceOverTheVariable() throws Exception {
    for (String option : new String[] {"--port=x", "--port x"}) {
      Tool.Finished failed =
          ServerProcess.run(Map.of("ADRAA_PORT", "0"), ("serve " + option).split(" "));
      assertThat(failed.err()).startsWith("Invalid value for option '--port': 'x'");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "workspace list, 1",
    "workspace create, 2",
    "serve --port 0 --tls-key /nonexistent --tls-certificate /nonexistent, 1"
  })
  void aVariableOfNoOptionIsNamed(String command, int exitCode) throws Exception {
    Tool.Finished done =
        ServerProcess.run(
            Map.of(
                "ADRAA_DATABSE",
                "x",
                "ADRAA_OVERWRITE",
                "true",
                "ADRAA_TOKEN",
                "of a client",
                "ADRAA_DATABASE",
                directory.resolve("inbox.db").toString()),
            command.split(" "));

    assertThat(done.exitCode()).as(done.err()).isEqualTo(exitCode);
    assertThat(done.err().lines())
        .as(done.err())
        .filteredOn(line -> line.endsWith("Unknown variables: ADRAA_DATABSE, ADRAA_OVERWRITE"))
        .hasSize(1);
  }
}
