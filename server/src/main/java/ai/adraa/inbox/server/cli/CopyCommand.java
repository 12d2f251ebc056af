package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.error.UserException;
import ai.adraa.inbox.server.maintenance.DatabaseCopy;
import ai.adraa.inbox.server.maintenance.Inspection;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "copy",
    description = {
      "Copy a SQLite database into one of PostgreSQL, with all that is in it.",
      "All or nothing; compared, row by row, before it counts. The file is only read. To copy again"
          + " replaces what was copied, unless that has been used since."
    },
    mixinStandardHelpOptions = true)
final class CopyCommand implements Callable<Integer> {
  @Mixin DatabaseOption database;
  @Spec CommandSpec spec;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "URL",
      description = "JDBC URL of PostgreSQL: jdbc:postgresql://HOST/NAME?user=USER.")
  String to;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Path file = database.location.existingFile();
    if (!new DatabaseLocation(to).isPostgres()) {
      throw new UserException("--to must be a URL such as jdbc:postgresql://HOST/NAME?user=USER");
    }
    err.println("Checking " + database.location);
    Inspection found = Inspection.of(file);
    if (!found.faults().isEmpty() || !found.pending().isEmpty()) {
      throw new UserException(
          found.faults().isEmpty()
              ? "The file is of an older version; 'workspace list' brings it to this one"
              : "The file is not sound; 'check' tells what is wrong, 'restore' a backup");
    }
    Map<String, Long> rows = DatabaseCopy.copy(file, to, progress(err));
    err.printf(
        "Copied and compared: %d workspaces, %d agents, %d tokens, %d audit events%n",
        rows.get("workspace"), rows.get("agent"), rows.get("api_token"), rows.get("audit_event"));
    err.println(
        "What a server still writes to the file is not there: stop it, and copy again before you"
            + " start one on the copy.");
    return ExitCode.OK;
  }

  private static DatabaseCopy.Progress progress(PrintWriter err) {
    boolean terminal = CommandLine.Help.Ansi.AUTO.enabled();
    return (table, rows, of) -> {
      if (terminal) {
        err.printf("\rCopied %s: %,d of %,d%s", table, rows, of, rows < of ? "" : "%n".formatted());
        err.flush();
      } else if (rows == of) {
        err.printf("Copied %s: %,d%n", table, rows);
      }
    };
  }
}
