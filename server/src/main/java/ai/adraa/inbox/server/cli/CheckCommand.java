package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.maintenance.Inspection;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Inspects a SQLite database without changing it. */
@Command(
    name = "check",
    description = {
      "Check the database for damage without changing it. The server can be running.",
      "The exit code is 1 if there is a problem."
    },
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Mixin DatabaseOption database;
  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    Inspection found = Inspection.of(database.location.existingFile());
    PrintWriter out = spec.commandLine().getOut();
    out.println("Database       " + database.location);
    out.println(
        "Version        "
            + found.version()
            + (found.pending().isEmpty()
                ? ""
                : ", the next command migrates it to "
                    + found.pending().get(found.pending().size() - 1)));
    row(out, "Workspaces", found, "workspace");
    row(out, "Agents", found, "agent");
    if (found.rows().containsKey("api_token")) {
      long revoked = found.rows().get("api_token") - found.activeTokens();
      out.println("Tokens         " + found.activeTokens() + " active, " + revoked + " revoked");
    }
    row(out, "Sessions", found, "session");
    row(out, "Audit events", found, "audit_event");
    out.println("Log            " + found.logBytes() + " bytes");
    out.println("Sound          " + (found.faults().isEmpty() ? "yes" : "no"));
    out.flush();
    found.faults().forEach(spec.commandLine().getErr()::println);
    return found.faults().isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static void row(PrintWriter out, String label, Inspection found, String table) {
    Long count = found.rows().get(table);
    if (count != null) {
      out.printf(Locale.ROOT, "%-15s%d%n", label, count);
    }
  }
}
