package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.InboxServer;
import ai.adraa.inbox.server.account.UnknownMemberException;
import ai.adraa.inbox.server.account.UnknownWorkspaceException;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.database.MissingDatabaseException;
import ai.adraa.inbox.server.error.UserException;
import ch.qos.logback.classic.LoggerContext;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;

/**
 * The command line. Exit code 0 for success, 1 for what could not be done, 2 for wrong use; results
 * go to stdout, everything else to stderr.
 */
@Command(
    name = "adraa-inbox-server",
    description = {
      "Workspace API tokens for the Adraa Inbox API: issue, verify and revoke them.",
      "",
      "Begin with a trial:",
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
      "Each option that takes a value can be an environment variable: --mail-from is ADRAA_MAIL_FROM.",
      "COMMAND --help explains a command."
    })
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String... arguments) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    int exitCode = commandLine().execute(arguments);
    writeRestOfLog();
    System.exit(exitCode);
  }

  /** The last act of the process: the log is written by a thread that does not keep it alive. */
  static void writeRestOfLog() {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
  }

  /**
   * The whole command line, with its answers to wrong use and failures; {@code serve} and {@code
   * demo} return when the process is told to stop.
   */
  public static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setParameterExceptionHandler(Main::wrongUse)
        .setExecutionExceptionHandler(Main::failed)
        // A value is what the operator wrote, also if it has a $ in it.
        .setInterpolateVariables(false)
        .setDefaultValueProvider(new EnvironmentDefaults())
        .setUsageHelpWidth(100);
  }

  private static int wrongUse(ParameterException failure, String[] arguments) {
    CommandLine commandLine = failure.getCommandLine();
    String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("Wrong use");
    commandLine
        .getErr()
        .println(message + ". See: " + commandLine.getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE;
  }

  private static int failed(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    if (failure instanceof UserException || failure instanceof DatabaseUnavailableException) {
      err.println(failure.getMessage() + hint(failure));
    } else {
      LOG.error("The command failed", failure);
      err.println("The command failed; the reason is logged above");
    }
    return ExitCode.SOFTWARE;
  }

  /** Which command helps. */
  private static String hint(Exception failure) {
    if (failure instanceof MissingDatabaseException) {
      return "; name another with --database, or create one with 'workspace create'";
    }
    if (failure instanceof UnknownWorkspaceException) {
      return "; 'workspace list' lists them";
    }
    return failure instanceof UnknownMemberException ? "; 'agent list' lists the members" : "";
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {InboxServer.version()};
    }
  }
}
