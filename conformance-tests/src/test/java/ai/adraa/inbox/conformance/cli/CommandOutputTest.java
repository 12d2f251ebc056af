package ai.adraa.inbox.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Command;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands print, where it cannot be printed, and what they must not print. */
@Tag("once")
class CommandOutputTest {
  private static final String SECRET = "adraa_1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4da54ba9f6";

  @TempDir private Path directory;
  private String database;

  @BeforeEach
  void createWorkspace() {
    database = directory.resolve("inbox.db").toString();
    run("workspace", "create", "--name", "acme", "--admin", "ada@acme.example").succeeded();
  }

  @ParameterizedTest
  @ValueSource(strings = {">/dev/full", ">&-", "| :"})
  void aTokenWhoseSecretCannotBeWrittenIsRevoked(String redirection) throws Exception {
    Tool.Finished created = redirected(redirection, "token create --workspace acme --name CRM");

    assertThat(created.exitCode()).as(created.err()).isEqualTo(1);
    assertThat(created.err().lines())
        .as("that it was created, and that it is revoked")
        .hasSize(2)
        .last()
        .asString()
        .startsWith("Cannot write the secret of the token c")
        .endsWith(" to stdout; the token is revoked");
    assertThat(run("token", "list", "--workspace", "acme").succeeded().out().lines())
        .hasSize(2)
        .last()
        .asString()
        .contains("  revoked  ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " --old-expires 2035-01-01"})
  void aReplacementWhoseSecretCannotBeWrittenIsRevoked(String option) throws Exception {
    String secret =
        run("token", "create", "--workspace", "acme", "--name", "CRM").succeeded().out().strip();

    Tool.Finished replaced =
        redirected(">/dev/full", "token replace " + secret.substring(0, 14) + option);

    assertThat(replaced.exitCode()).as(replaced.err()).isEqualTo(1);
    assertThat(replaced.err().lines())
        .hasSize(2)
        .last()
        .asString()
        .containsPattern(
            "^Cannot write the secret of the token c\\w+ to stdout; the token is revoked"
                + (option.isEmpty()
                    ? "$"
                    : "; the token c\\w+ still expires at 2035-01-01T00:00:00.000Z$"));
    assertThat(
            run("token", "list", "--workspace", "acme", "--status", "revoked")
                .succeeded()
                .out()
                .lines())
        .hasSize(2);
    assertThat(run("token", "show", secret).succeeded().out()).contains("status         active");
    run("token", "replace", secret).succeeded();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "audit list",
        "audit list --format json",
        "agent list",
        "workspace list",
        "token list --workspace acme",
        "check",
        "agent add --workspace acme --email bob@acme.example",
        "--help",
        "--version",
        "demo --port 0",
      })
  void aResultThatCannotBeWrittenIsExitCode1(String command) throws Exception {
    Tool.Finished failed = redirected(">/dev/full", command);

    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err().lines())
        .as(failed.err())
        .filteredOn(line -> line.equals("Cannot write the result to stdout"))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token revoke --workspace acme %s",
        "token show --workspace acme %s",
        "token replace %s",
        "token replace adraa_1a2b3c4d --expires %s",
        "token list --workspace acme --query %s",
        "token list --workspace acme --sort %s",
        "token revoke --workspace acme one %s",
        "token create --workspace acme --name %s",
        "token list --workspace %s",
        "agent add --workspace acme --email %s",
        "agent add --workspace acme --email bob@acme.example --role %s",
        "audit list --since %s",
        "audit list --action=%s",
        "audit list --%s",
        "serve --port=%s",
        "serve --smtp %s",
        "serve --mail-from %s",
        "serve --trusted-proxies 10.0.0.1,%s",
        "check --database %s",
        "%s"
      })
  void anErrorShowsOnlyThePrefixOfAToken(String command) {
    for (String secret :
        List.of(
            SECRET,
            SECRET.toUpperCase(Locale.ROOT),
            SECRET.substring(0, 40),
            "adraa_session_" + SECRET.substring(6) + SECRET.substring(6, 22))) {
      Tool.Finished done = run(command.formatted(secret).split(" "));

      assertThat(done.err()).isNotEmpty().doesNotContainIgnoringCase(SECRET.substring(6, 15));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "serve --port %s, 2",
    "serve --databse=%s, 2",
    "serve --public-url %s, 2",
    "serve --trusted-proxies %s, 2",
    "serve --smtp %s, 1",
    "serve --port 0 --management-port off --database-read %s, 1",
    "copy --to %s, 1",
    "backup a b %s, 2",
    "token list --workspace %s, 1",
    "%s, 2",
  })
  void anErrorShowsNoPasswordOfAUrl(String command, int exitCode) {
    for (String url :
        List.of(
            "postgres://inbox:example-pw@db/inbox",
            "mysql://inbox:a@example-pw/x@db/inbox",
            "jdbc:postgresql://db/inbox?user=inbox&password=example-pw",
            "jdbc:postgresql://db/inbox?user=inbox&password=p@example-pw",
            "smtp://inbox:example-pw?ss@mail.example",
            "jdbc:sqlserver://db;user=a@b;password=example-pw",
            "jdbc:sqlserver://db;password=example-pw")) {
      Tool.Finished failed = run(command.formatted(url).split(" "));

      assertThat(failed.exitCode()).as(failed.err()).isEqualTo(exitCode);
      assertThat(failed.err()).isNotEmpty().doesNotContain("example-pw");
    }
  }

  @Test
  void anErrorQuotesNothingThatDrivesATerminal() {
    Tool.Finished failed = run("token", "list", "--workspace", "a\u001b[31m\u009b\u202eb");

    assertThat(failed.err())
        .isEqualTo(
            "The workspace a\\u001b[31m\\u009b\\u202eb does not exist; 'workspace list' lists the workspaces\n");
  }

  /** Java decodes the arguments by the locale, and replaces what it cannot decode. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void textThatTheLocaleCannotRepresentIsRefused(boolean variable) throws Exception {
    String name = "\"$(printf '" + octal("Grüße 日本") + "')\"";
    String script =
        variable ? "export ADRAA_NAME=" + name + "; exec \"$@\"" : "exec \"$@\" --name " + name;
    Tool.Finished refused = shell("C", script, "token", "create", "--workspace", "acme");
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err().lines()).as(refused.err()).hasSize(1);
    assertThat(refused.err()).contains("set LC_ALL=C.UTF-8");

    shell("C.UTF-8", script, "token", "create", "--workspace", "acme").succeeded();
    // What is stored can be printed in any locale.
    Tool.Finished list = shell("C", "exec \"$@\"", "token", "list", "--workspace", "acme");
    assertThat(list.succeeded().out().lines()).hasSize(2).last().asString().endsWith("Grüße 日本");
  }

  @Test
  void anArgumentIsNeverAFileOfArguments() {
    run("token", "create", "--workspace", "acme", "--name", "@crm").succeeded();
    run("token", "create", "--workspace", "acme", "--name", "@@crm").succeeded();

    assertThat(run("token", "list", "--workspace", "acme").out()).contains(" @crm\n", " @@crm\n");
  }

  @Test
  void aUserWithoutANameIsAUidInTheAuditTrail() throws Exception {
    Tool.require("CommandOutputTest", List.of("setpriv"));
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    database = open.resolve("inbox.db").toString();
    ProcessBuilder builder =
        ServerProcess.builder(
            Map.of("ADRAA_DATABASE", database),
            List.of("workspace", "create", "--name", "acme", "--admin", "ada@acme.example"));
    builder.command().addAll(0, List.of("setpriv", "--reuid=123456", "--clear-groups"));
    Tool.Finished created = Tool.run(builder, 5);
    Assumptions.assumeFalse(created.err().startsWith("setpriv"), "no right to become another user");
    created.succeeded();

    assertThat(run("audit", "list").out()).containsPattern(" uid 123456 +command line ");
  }

  private Tool.Finished run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (!all.contains("--database")) {
      all.addAll(List.of("--database", database));
    }
    return Command.run(all.toArray(String[]::new));
  }

  private static String octal(String text) {
    StringBuilder octal = new StringBuilder();
    for (byte part : text.getBytes(StandardCharsets.UTF_8)) {
      octal.append("\\%03o".formatted(part & 0xff));
    }
    return octal.toString();
  }

  /** Runs the jar with its stdout redirected. */
  private Tool.Finished redirected(String redirection, String command)
      throws IOException, InterruptedException {
    // The exit code is that of the jar, also with a pipe.
    String code = directory.resolve("code").toString();
    return shell(
        "C.UTF-8",
        "{ \"$@\"; echo $? >%1$s; } %2$s; exit $(cat %1$s)".formatted(code, redirection),
        command.split(" "));
  }

  /**
   * Runs the jar by a script of the shell.
   *
   * @param script in ASCII, because Java encodes it by the locale of this test
   */
  private Tool.Finished shell(String locale, String script, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        ServerProcess.builder(
            // Without the options of the profile language, which decide more than the locale.
            Map.of("ADRAA_DATABASE", database, "LC_ALL", locale, "JDK_JAVA_OPTIONS", ""),
            List.of(arguments));
    builder.command().addAll(0, List.of("sh", "-c", script, "sh"));
    return Tool.run(builder, 5);
  }
}
