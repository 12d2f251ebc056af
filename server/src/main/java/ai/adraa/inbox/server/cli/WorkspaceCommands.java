package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.model.SignInCodeRequest;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The subcommands of {@code workspace}: create and list workspaces. */
@Command(
    name = "workspace",
    description = "Create and list workspaces.",
    subcommands = {WorkspaceCommands.Create.class, WorkspaceCommands.ListAll.class},
    mixinStandardHelpOptions = true)
final class WorkspaceCommands {
  private static final Pattern SLUG = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private WorkspaceCommands() {}

  @Command(
      name = "create",
      description = "Create a workspace with its first admin.",
      mixinStandardHelpOptions = true)
  static final class Create extends DatabaseCommand {
    @Option(
        names = "--name",
        required = true,
        description = "Slug of the workspace: lower-case letters, digits and hyphens, 63 at most.")
    String name;

    @Option(
        names = "--admin",
        required = true,
        paramLabel = "EMAIL",
        description = "The admin's email. Creates an account if necessary.")
    String admin;

    @Override
    Database open(DatabaseLocation location) {
      return Databases.open(location);
    }

    @Override
    void validate() {
      if (!SLUG.matcher(name).matches()) {
        throw new ParameterException(
            spec.commandLine(),
            "--name must be 1 to 63 lower-case letters, digits and hyphens, such as acme");
      }
      admin = admin.strip();
      OptionValidator.requireValid(spec, "--admin", new SignInCodeRequest().email(admin), "email");
    }

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      String id =
          new WorkspaceStore(database, Clock.systemUTC())
              .create(name, admin, AuditEvent.Source.commandLine());
      err.printf("Created the workspace %s with the admin %s%n", name, admin);
      out.println(id);
    }
  }

  @Command(name = "list", description = "List the workspaces.", mixinStandardHelpOptions = true)
  static final class ListAll extends DatabaseCommand {
    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      Tables.print(
          out,
          List.of("ID", "NAME", "MEMBERS", "ACTIVE TOKENS"),
          new WorkspaceStore(database, Clock.systemUTC())
              .list().stream()
                  .map(w -> List.of(w.id(), w.name(), "" + w.members(), "" + w.activeTokens()))
                  .toList());
    }
  }
}
