package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.text.PlainText;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenStore;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Revokes a token. */
@Command(
    name = "revoke",
    description = {
      "Revoke an API token. The next request with it fails, and it cannot be re-enabled.",
      "Revoking a token again changes nothing. Other users of the machine can read the command"
          + " line, so prefer the prefix of a leaked token to its secret."
    },
    mixinStandardHelpOptions = true)
final class TokenRevokeCommand extends TokenCommand {
  @Override
  void run(Database database, TokenStore.Located found, PrintWriter out, PrintWriter err) {
    Token token =
        TokenCommands.service(database)
            .revoke(
                found.workspaceId(),
                found.token().id(),
                TokenCommands.admin(database, found.workspaceId()))
            .orElseThrow();
    err.printf(
        "Revoked the token %s \"%s\" (%s…) of %s%n",
        token.id(), PlainText.escape(token.name()), token.prefix(), found.workspaceName());
  }
}
