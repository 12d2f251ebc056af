package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.InboxServer;
import ai.adraa.inbox.server.account.UnknownMemberException;
import ai.adraa.inbox.server.account.UnknownWorkspaceException;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.database.MissingDatabaseException;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.token.InvalidExpiryException;
import ch.qos.logback.classic.LoggerContext;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The entry point of the command line. Exit codes: 0 success, 1 failure, 2 wrong use. Results go to
 * stdout, everything else to stderr.
 */
@Command(
    name = "adraa-inbox-server",
    description = {
      "Workspace API tokens for the Adraa Inbox API: issue, verify and revoke them.",
      "",
      "Start with a demo:",
      "  java -jar adraa-inbox-server.jar demo",
      "or with a workspace of your own:",
      "  java -jar adraa-inbox-server.jar workspace create --name acme --admin ada@acme.example",
      "  java -jar adraa-inbox-server.jar serve",
      "All commands work on the database while the server runs on it.",
      ""
    },
    subcommands = {
      ServeCommand.class,
      DemoCommand.class,
      HealthCommand.class,
      WorkspaceCommands.class,
      AgentCommands.class,
      TokenCommands.class,
      AuditCommands.class,
      BackupCommand.class,
      RestoreCommand.class,
      CheckCommand.class,
      CopyCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Main.Version.class,
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "You can set each option with a value as an environment variable: --mail-from is ADRAA_MAIL_FROM.",
      "For help on a command, run COMMAND --help."
    })
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  // Java puts it in place of bytes that it cannot decode.
  private static final String REPLACEMENT_CHARACTER = "\ufffd";

  private Main() {}

  public static void main(String... arguments) {
    // Libraries format by the default locale too. In some languages Jetty writes digits that HTTP
    // does not allow, and the server would not start.
    Locale.setDefault(Locale.ROOT);
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    int exitCode =
        run(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            arguments);
    writeRestOfLog();
    System.exit(exitCode);
  }

  /**
   * Runs a command to its end and returns its exit code. Both outputs are UTF-8 in every locale,
   * like the log.
   */
  public static int run(OutputStream stdout, OutputStream stderr, String... arguments) {
    List<String> quoted = new ArrayList<>(List.of(arguments));
    quoted.addAll(EnvironmentVariables.values());
    PrintWriter err =
        new PrintWriter(
            new ErrorWriter(new OutputStreamWriter(stderr, StandardCharsets.UTF_8), quoted), true);
    if (quoted.stream().anyMatch(text -> text.contains(REPLACEMENT_CHARACTER))) {
      // A garbled name would be stored for good, and a garbled path leads to another file.
      err.println(
          "An argument or an ADRAA_ variable has characters outside of the locale's character set;"
              + " set LC_ALL=C.UTF-8");
      return ExitCode.USAGE;
    }
    CommandLine commands =
        commandLine()
            .setOut(
                new PrintWriter(
                    new BufferedWriter(new OutputStreamWriter(stdout, StandardCharsets.UTF_8)),
                    true))
            .setErr(err);
    int exitCode = commands.execute(arguments);
    err.flush();
    return exitCode;
  }

  /**
   * Writes the queued log lines. Call this last before the process exits, because the thread that
   * writes the log is a daemon.
   */
  static void writeRestOfLog() {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
  }

  /**
   * Returns the command line with its handlers for wrong use and failures. {@code serve} and {@code
   * demo} do not return: the process ends in their shutdown hook.
   */
  public static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setParameterExceptionHandler(Main::wrongUse)
        .setExecutionExceptionHandler(Main::failed)
        .setExecutionStrategy(Main::execute)
        .setDefaultValueProvider(new EnvironmentVariables())
        // Otherwise --name @crm would read the file crm.
        .setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(DatabaseLocation.class, DatabaseLocation::new)
        .setUsageHelpWidth(100);
  }

  /** Runs the command, and fails if its result could not be written. */
  private static int execute(CommandLine.ParseResult parsed) {
    List<CommandLine> chain = parsed.asCommandLineList();
    CommandLine command = chain.get(chain.size() - 1);
    // The commands with a log warn in it, so that a log of JSON objects stays one.
    if (command.getCommandSpec().findOption("--log-format") == null) {
      warnOfUnknownVariables(command);
    }
    int exitCode = new CommandLine.RunLast().execute(parsed);
    if (command.getOut().checkError()) {
      command.getErr().println("Cannot write the result to stdout");
      return exitCode == ExitCode.OK ? ExitCode.SOFTWARE : exitCode;
    }
    return exitCode;
  }

  private static void warnOfUnknownVariables(CommandLine command) {
    EnvironmentVariables.warning(command.getCommandSpec().root())
        .ifPresent(command.getErr()::println);
  }

  private static int wrongUse(ParameterException failure, String[] arguments) {
    CommandLine commandLine = failure.getCommandLine();
    CommandSpec command = commandLine.getCommandSpec();
    warnOfUnknownVariables(commandLine);
    String message =
        String.valueOf(failure.getMessage()).lines().findFirst().orElse("Invalid command line");
    commandLine
        .getErr()
        .println(
            EnvironmentVariables.blame(message, command, List.of(arguments))
                + ". See: "
                + command.qualifiedName()
                + " --help");
    return ExitCode.USAGE;
  }

  private static int failed(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    if (failure instanceof OperatorException
        || failure instanceof DatabaseUnavailableException
        // It was valid when the command began.
        || failure instanceof InvalidExpiryException) {
      err.println(
          EnvironmentVariables.blame(
              failure.getMessage() + hint(failure),
              commandLine.getCommandSpec(),
              parsed.originalArgs()));
    } else {
      LOG.error("The command failed", failure);
      err.println("The command failed; the reason is logged above");
    }
    return ExitCode.SOFTWARE;
  }

  /** Returns the command that helps with this failure; empty if there is none. */
  private static String hint(Exception failure) {
    if (failure instanceof MissingDatabaseException) {
      return "; choose another with --database, or create one with 'workspace create'";
    }
    if (failure instanceof UnknownWorkspaceException) {
      return "; 'workspace list' lists the workspaces";
    }
    return failure instanceof UnknownMemberException ? "; 'agent list' lists the members" : "";
  }

  /** Prints the server's version for {@code --version}. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {InboxServer.version()};
    }
  }
}
