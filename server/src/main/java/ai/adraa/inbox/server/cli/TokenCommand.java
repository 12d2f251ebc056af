package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.TokenStore;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Base class of commands on one token, which its id, its prefix or its secret identifies. */
abstract class TokenCommand extends DatabaseCommand {
  @Option(
      names = "--workspace",
      paramLabel = "NAME",
      description = "Only a token of this workspace (default: of any workspace).")
  @Nullable String workspace;

  @Parameters(
      paramLabel = "TOKEN",
      description =
          "The token's id, see 'token list'; its prefix, the first 14 characters of the secret; or"
              + " its secret.")
  String reference;

  /** Runs the command on the token. */
  abstract void run(Database database, TokenStore.Located found, PrintWriter out, PrintWriter err);

  @Override
  final void run(Database database, PrintWriter out, PrintWriter err) {
    WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());
    List<TokenStore.Located> located =
        new TokenStore(database)
            .locate(
                Optional.ofNullable(workspace).map(workspaces::requireId), new Secret(reference));
    if (located.size() != 1) {
      throw located.isEmpty() ? unknown() : ambiguous(located);
    }
    run(database, located.get(0), out, err);
  }

  private OperatorException unknown() {
    return new OperatorException(
        "The token %s does not exist%s"
            .formatted(reference, workspace == null ? "" : " in the workspace " + workspace));
  }

  private OperatorException ambiguous(List<TokenStore.Located> located) {
    return new OperatorException(
        "Several tokens have the prefix %s; %s by id: %s"
            .formatted(
                reference,
                spec.name(),
                located.stream()
                    .map(
                        found ->
                            "%s (%s, %s)"
                                .formatted(
                                    found.token().id(),
                                    found.workspaceName(),
                                    TokenCommands.status(found.token())))
                    .collect(Collectors.joining(", "))));
  }
}
