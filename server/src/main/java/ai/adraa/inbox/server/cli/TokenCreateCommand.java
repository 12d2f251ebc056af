package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.token.Token;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Creates a token. */
@Command(
    name = "create",
    description = {
      "Create an API token and print only its secret to stdout.",
      "The secret is shown only once. Store it in a secret manager."
    },
    mixinStandardHelpOptions = true)
final class TokenCreateCommand extends WorkspaceCommand {
  @Option(
      names = "--name",
      required = true,
      description = "Name it after the system that will use it, such as \"CRM integration\".")
  String name;

  @Option(
      names = "--description",
      paramLabel = "TEXT",
      description = "What it is for: who asked for it, where its secret is stored.")
  @Nullable String description;

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      converter = TimeConverter.OfExpiry.class,
      description =
          "When it expires: 2036-06-12 or 2036-06-12T10:25:00Z, UTC, or in a number of days such"
              + " as 90d (default: never).")
  @Nullable Instant expires;

  @Override
  void validate() {
    name = OptionValidator.requireName(spec, name);
    description = OptionValidator.requireDescription(spec, description);
    OptionValidator.requireExpiry(spec, "--expires", expires);
  }

  @Override
  void run(Database database, PrintWriter out, PrintWriter err) {
    String workspaceId = new WorkspaceStore(database, Clock.systemUTC()).requireId(workspace);
    Token.Created created =
        TokenCommands.service(database)
            .create(
                workspaceId,
                new Token.Properties(
                    name, Optional.ofNullable(description), Optional.ofNullable(expires)),
                TokenCommands.admin(database, workspaceId));
    err.printf(
        "Created the token %s \"%s\" for %s. Its secret is shown only once:%n",
        created.token().id(), name, workspace);
    err.flush();
    TokenCommands.printSecret(database, workspaceId, created, out);
  }
}
