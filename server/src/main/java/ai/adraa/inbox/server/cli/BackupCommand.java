package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.maintenance.Backup;
import ai.adraa.inbox.server.maintenance.Inspection;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Backs up a SQLite database while the server runs, and records it in the audit trail. */
@Command(
    name = "backup",
    description = {
      "Write a backup to one file. The server can be running.",
      "The backup contains everything that was acknowledged before it began. It is verified, and"
          + " only its owner can read it."
    },
    mixinStandardHelpOptions = true)
final class BackupCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(BackupCommand.class);

  @Mixin DatabaseOption database;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "File to write. It must not exist.")
  Path file;

  @Option(names = "--overwrite", description = "Replace the file if it exists.")
  boolean overwrite;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Inspection backup =
        Backup.write(database.location.existingFile(), file, overwrite, progress(err));
    record(backup);
    err.printf(Locale.ROOT, "Wrote and verified the backup: %s%n", backup.counts());
    spec.commandLine().getOut().println(file);
    return ExitCode.OK;
  }

  /**
   * Records the backup in the audit trail of the database. Skips a database of an older version,
   * because opening it would migrate it.
   */
  private void record(Inspection backup) {
    if (!backup.pending().isEmpty()) {
      return;
    }
    try (Database opened = Databases.openExisting(database.location)) {
      new AuditStore(opened)
          .record(
              AuditEvent.of(
                  Clock.systemUTC().instant(),
                  AuditEvent.Action.BACKUP,
                  AuditEvent.Source.commandLine()));
    } catch (RuntimeException e) {
      LOG.warn("The backup was written, but the audit trail has no record of it", e);
    }
  }

  private static Backup.Progress progress(PrintWriter err) {
    if (!CommandLine.Help.Ansi.AUTO.enabled()) {
      return (remaining, pages) -> {};
    }
    int[] shown = {-1};
    return (remaining, pages) -> {
      int percent = pages == 0 ? 100 : (int) (100L * (pages - remaining) / pages);
      if (percent != shown[0]) {
        shown[0] = percent;
        err.printf(
            Locale.ROOT, "\rCopied %d %%%s", percent, percent == 100 ? "%n".formatted() : "");
        err.flush();
      }
    };
  }
}
