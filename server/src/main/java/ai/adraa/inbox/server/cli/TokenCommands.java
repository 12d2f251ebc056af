package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.model.NewToken;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.text.PlainText;
import ai.adraa.inbox.server.token.Admin;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenList;
import ai.adraa.inbox.server.token.TokenQuery;
import ai.adraa.inbox.server.token.TokenService;
import ai.adraa.inbox.server.token.TokenStore;
import ai.adraa.inbox.server.token.UsageStore;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The subcommands of {@code token}: create, list and revoke API tokens. */
@Command(
    name = "token",
    description = {
      "Create, list and revoke API tokens.",
      "These commands act as the admin who has been in the workspace the longest."
    },
    subcommands = {
      TokenCommands.Create.class,
      TokenCommands.ListAll.class,
      TokenCommands.Revoke.class,
      ReportLeakedCommand.class
    },
    mixinStandardHelpOptions = true)
final class TokenCommands {
  private TokenCommands() {}

  @Command(
      name = "create",
      description = {
        "Create an API token and print only its secret to stdout.",
        "The secret is shown only once. Store it in a secret manager."
      },
      mixinStandardHelpOptions = true)
  static final class Create extends WorkspaceCommand {
    @Option(
        names = "--name",
        required = true,
        description = "Name it after the system that will use it, such as \"CRM integration\".")
    String name;

    @Override
    void validate() {
      name = name.strip();
      OptionValidator.requireValid(spec, "--name", new NewToken().name(name), "name");
    }

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      Token.Created created = createToken(database, workspace, name);
      err.printf(
          "Created the token %s \"%s\" for %s. Its secret is shown only once:%n",
          created.token().id(), name, workspace);
      err.flush();
      out.println(created.secret().reveal());
      if (out.checkError()) {
        throw revokeUnseen(database, created.token());
      }
    }

    /** Revokes a token whose secret nobody can have seen. */
    private OperatorException revokeUnseen(Database database, Token token) {
      String problem = "Cannot write the secret of the token " + token.id() + " to stdout";
      try {
        WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());
        String workspaceId = workspaces.requireId(workspace);
        new TokenStore(database)
            .revoke(
                workspaceId,
                token.id(),
                Clock.systemUTC().instant(),
                admin(workspaces, workspaceId));
        return new OperatorException(problem + "; the token is revoked");
      } catch (DatabaseUnavailableException e) {
        return new OperatorException(problem + "; revoke the token, which is active", e);
      }
    }
  }

  @Command(
      name = "list",
      description = "List a workspace's tokens, including revoked ones, newest first.",
      mixinStandardHelpOptions = true)
  static final class ListAll extends WorkspaceCommand {
    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      String workspaceId = new WorkspaceStore(database, Clock.systemUTC()).requireId(workspace);
      Tables.print(
          out,
          List.of("ID", "PREFIX", "STATUS", "CREATED", "BY", "LAST USED", "NAME"),
          new TokenList(database)
              .all(workspaceId, TokenQuery.ALL, Clock.systemUTC().instant()).stream()
                  .map(
                      token ->
                          List.of(
                              token.id(),
                              token.prefix(),
                              status(token),
                              token.createdAt().toString(),
                              token.createdBy().nickname(),
                              token.lastUse().map(use -> use.at().toString()).orElse("never"),
                              token.name()))
                  .toList());
    }
  }

  @Command(
      name = "revoke",
      description = {
        "Revoke an API token. The next request with it fails, and it cannot be re-enabled.",
        "Revoking a token again changes nothing. Other users of the machine can read the command"
            + " line, so prefer the prefix of a leaked token to its secret."
      },
      mixinStandardHelpOptions = true)
  static final class Revoke extends DatabaseCommand {
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

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());
      TokenStore store = new TokenStore(database);
      List<TokenStore.Located> located =
          store.locate(
              Optional.ofNullable(workspace).map(workspaces::requireId), new Secret(reference));
      if (located.size() != 1) {
        throw located.isEmpty() ? unknown() : ambiguous(located);
      }
      String workspaceId = located.get(0).workspaceId();
      Token token =
          store
              .revoke(
                  workspaceId,
                  located.get(0).token().id(),
                  Clock.systemUTC().instant(),
                  admin(workspaces, workspaceId))
              .orElseThrow();
      err.printf(
          "Revoked the token %s \"%s\" (%s…) of %s%n",
          token.id(),
          PlainText.escape(token.name()),
          token.prefix(),
          located.get(0).workspaceName());
    }

    private OperatorException unknown() {
      return new OperatorException(
          "The token %s does not exist%s"
              .formatted(reference, workspace == null ? "" : " in the workspace " + workspace));
    }

    private OperatorException ambiguous(List<TokenStore.Located> located) {
      return new OperatorException(
          "Several tokens have the prefix %s; revoke by id: %s"
              .formatted(
                  reference,
                  located.stream()
                      .map(
                          found ->
                              "%s (%s, %s)"
                                  .formatted(
                                      found.token().id(),
                                      found.workspaceName(),
                                      status(found.token())))
                      .collect(Collectors.joining(", "))));
    }
  }

  private static String status(Token token) {
    return token.status(Clock.systemUTC().instant()).name().toLowerCase(Locale.ROOT);
  }

  /** Returns the longest-standing admin, in whose name these commands act. */
  private static Admin admin(WorkspaceStore workspaces, String workspaceId) {
    Agent admin = workspaces.firstAdmin(workspaceId);
    return Admin.onCommandLine(new Token.Actor(admin.id(), admin.nickname()));
  }

  /**
   * Creates a token in the name of the workspace's longest-standing admin.
   *
   * @throws OperatorException if the workspace does not exist
   */
  static Token.Created createToken(Database database, String workspace, String name) {
    WorkspaceStore workspaces = new WorkspaceStore(database, Clock.systemUTC());
    String workspaceId = workspaces.requireId(workspace);
    Admin admin = admin(workspaces, workspaceId);
    return new TokenService(database, new UsageStore(database).lastUse(), Clock.systemUTC())
        .create(workspaceId, Token.Properties.named(name), admin);
  }
}
