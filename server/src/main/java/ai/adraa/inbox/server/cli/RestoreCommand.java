package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.maintenance.Count;
import ai.adraa.inbox.server.maintenance.Restore;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
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
      "Replace the database with a backup. Stop the server first.",
      "Tokens revoked since the backup stay revoked, members stay as in the replaced database, and"
          + " all agents are signed out. The replaced database is kept next to the new one."
    },
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  @Mixin DatabaseOption database;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The backup to restore.")
  Path file;

  @Option(
      names = "--accept-lost-revocations",
      description =
          "Restore even if the database to replace is damaged. Tokens revoked since the backup then"
              + " become valid again.")
  boolean acceptLoss;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Restore.Restored restored =
        Restore.run(
            file,
            database.location.file(),
            acceptLoss,
            Clock.systemUTC(),
            AuditEvent.Source.commandLine());
    err.printf(Locale.ROOT, "Restored and verified: %s%n", restored.now().counts());
    if (restored.replaced().isPresent() && restored.read()) {
      err.printf(
          Locale.ROOT,
          "Kept revoked, but active in the backup: %s; kept earlier expiries: %d; kept events: %d%n",
          new Count(restored.carried().revocations(), "token"),
          restored.carried().expiries(),
          restored.carried().events());
      err.printf(
          Locale.ROOT,
          "Active tokens that are not in the backup and are lost: %d%n",
          restored.carried().lostTokens());
      err.printf(
          Locale.ROOT,
          "Workspaces that are not in the backup and are lost: %d, with %s%n",
          restored.carried().lostWorkspaces(),
          new Count(restored.carried().lostMembers(), "member"));
    } else {
      err.printf(
          Locale.ROOT,
          "WARNING: no database could be read for tokens revoked since the backup. Such tokens are"
              + " valid again. Check the active tokens (%d), and revoke those that must not be"
              + " valid.%n",
          restored.now().activeTokens());
    }
    restored
        .replaced()
        .ifPresent(kept -> err.printf(Locale.ROOT, "The replaced database is %s%n", kept));
    return ExitCode.OK;
  }
}
