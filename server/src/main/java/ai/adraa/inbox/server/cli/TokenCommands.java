package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenService;
import ai.adraa.inbox.server.token.UsageStore;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Locale;
import picocli.CommandLine.Command;

/** The subcommands of {@code token}, and what they share. */
@Command(
    name = "token",
    description = {
      "Create, find, replace and revoke API tokens.",
      "These commands act as the admin who has been in the workspace the longest."
    },
    subcommands = {
      TokenCreateCommand.class,
      TokenListCommand.class,
      TokenShowCommand.class,
      TokenReplaceCommand.class,
      TokenRevokeCommand.class,
      TokenReportLeakedCommand.class
    },
    mixinStandardHelpOptions = true)
final class TokenCommands {
  private TokenCommands() {}

  /** Returns the rules of tokens. It counts no uses, because commands verify no tokens. */
  static TokenService service(Database database) {
    return new TokenService(database, new UsageStore(database).lastUse(), Clock.systemUTC());
  }

  /** Returns the longest-standing admin of a workspace, in whose name these commands act. */
  static Admin admin(Database database, String workspaceId) {
    Agent admin = new WorkspaceStore(database, Clock.systemUTC()).firstAdmin(workspaceId);
    return Admin.onCommandLine(new Token.Actor(admin.id(), admin.nickname()));
  }

  static String status(Token token) {
    return token.status(Clock.systemUTC().instant()).name().toLowerCase(Locale.ROOT);
  }

  /**
   * Prints the secret of a new token to stdout. If that fails, revokes the token, because nobody
   * can have seen its secret.
   *
   * @throws OperatorException if the secret cannot be written
   */
  static void printSecret(
      Database database, String workspaceId, Token.Created created, PrintWriter out) {
    out.println(created.secret().reveal());
    if (!out.checkError()) {
      return;
    }
    String id = created.token().id();
    String problem = "Cannot write the secret of the token " + id + " to stdout";
    try {
      service(database).revoke(workspaceId, id, admin(database, workspaceId));
    } catch (DatabaseUnavailableException e) {
      throw new OperatorException(problem + "; revoke the token, which is active", e);
    }
    throw new OperatorException(problem + "; the token is revoked");
  }
}
