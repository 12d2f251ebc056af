package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.maintenance.Count;
import ai.adraa.inbox.server.maintenance.DatabaseCopy;
import ai.adraa.inbox.server.maintenance.Inspection;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Moves an installation from SQLite to PostgreSQL by copying its database. */
@Command(
    name = "copy",
    description = {
      "Copy a SQLite database, with everything in it, to a PostgreSQL database.",
      "Copies everything or nothing, and compares every row before it commits. Changes nothing in"
          + " the file except for one event in its audit trail."
          + " Copying again replaces the earlier copy, unless that has been used."
    },
    mixinStandardHelpOptions = true)
final class CopyCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(CopyCommand.class);

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
    if (!new DatabaseLocation(to).isPostgres()) {
      throw new OperatorException(
          "--to must be a URL such as jdbc:postgresql://HOST/NAME?user=USER");
    }
    Path file = database.location.existingFile();
    err.println("Checking " + database.location);
    Inspection found = Inspection.of(file);
    if (!found.faults().isEmpty() || !found.pending().isEmpty()) {
      throw new OperatorException(
          found.faults().isEmpty()
              ? "The file has an older schema version; run 'workspace list' to migrate it"
              : "The file cannot be used; run 'check' for details, or 'restore' a backup");
    }
    Map<String, Long> rows = DatabaseCopy.copy(file, to, this::record, progress(err));
    err.printf(
        "Copied and compared: %s, %s, %s, %s%n",
        count(rows, "workspace", "workspace"),
        count(rows, "agent", "agent"),
        count(rows, "token", "api_token"),
        count(rows, "audit event", "audit_event"));
    err.println(
        "The copy does not contain later writes to the file. Before you start a server on the copy,"
            + " stop the server and copy again.");
    return ExitCode.OK;
  }

  /** Records the copy in the file, so that both audit trails have the event. */
  private void record() {
    try (Database file = Databases.openExisting(database.location)) {
      new AuditStore(file)
          .record(
              AuditEvent.of(
                      Clock.systemUTC().instant(),
                      AuditEvent.Action.COPY,
                      AuditEvent.Source.commandLine())
                  .with("to " + DatabaseLocation.withoutSecrets(to)));
    } catch (OperatorException | DatabaseUnavailableException e) {
      LOG.warn("The audit trail will have no record of the copy: {}", e.getMessage());
    }
  }

  private static Count count(Map<String, Long> rows, String noun, String table) {
    return new Count(rows.getOrDefault(table, 0L), noun);
  }

  private static DatabaseCopy.Progress progress(PrintWriter err) {
    boolean terminal = CommandLine.Help.Ansi.AUTO.enabled();
    return (table, rows, of) -> {
      if (terminal) {
        err.printf(
            Locale.ROOT,
            "\rCopied %s: %,d of %,d%s",
            table,
            rows,
            of,
            rows < of ? "" : "%n".formatted());
        err.flush();
      } else if (rows == of) {
        err.printf(Locale.ROOT, "Copied %s: %,d%n", table, rows);
      }
    };
  }
}
