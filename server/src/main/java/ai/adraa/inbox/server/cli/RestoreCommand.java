package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.maintenance.Backup;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replaces a SQLite database by a backup without making revoked tokens valid again. */
@Command(
    name = "restore",
    description = {
      "Put a backup in the place of the database; stop the server before.",
      "Tokens revoked since the backup stay revoked, members stay as in the replaced database,"
          + " everyone is signed out. The replaced database is kept next to it."
    },
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  @Mixin DatabaseOption database;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The backup.")
  Path file;

  @Option(
      names = "--accept-lost-revocations",
      description =
          "Restore also if the database to replace is damaged, so that it is unknown which tokens"
              + " were revoked since the backup.")
  boolean acceptLoss;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Backup.Restored restored =
        Backup.restore(
            file,
            database.location.file(),
            acceptLoss,
            Clock.systemUTC(),
            AuditEvent.Source.commandLine());
    err.printf("Restored and verified: %s%n", Inspections.counts(restored.now()));
    if (restored.replaced().isPresent() && restored.read()) {
      err.printf(
          "Kept revoked: %d tokens that the backup has as active; kept events: %d%n",
          restored.revocations(), restored.events());
      err.printf(
          "Active tokens that the backup does not have, and which are unknown now: %d%n",
          restored.lostTokens());
      err.printf(
          "Workspaces that the backup does not have, and which are gone now: %d, with %d"
              + " members%n",
          restored.lostWorkspaces(), restored.lostMembers());
    } else {
      err.printf(
          "WARNING: there is no readable database to ask which tokens were revoked since the"
              + " backup. If any were, they are valid again: look through the %d active tokens"
              + " and revoke them.%n",
          restored.now().activeTokens());
    }
    restored.replaced().ifPresent(kept -> err.printf("The replaced database is %s%n", kept));
    return ExitCode.OK;
  }
}
