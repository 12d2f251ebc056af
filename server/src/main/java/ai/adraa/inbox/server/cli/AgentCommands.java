package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.Membership;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.model.SignInCodeRequest;
import ai.adraa.inbox.server.model.SignedInAgent;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The subcommands of {@code agent}: add, remove and list members, and change their role. */
@Command(
    name = "agent",
    description = "Add agents to workspaces, remove and list them.",
    subcommands = {
      AgentCommands.Add.class,
      AgentCommands.Remove.class,
      AgentCommands.Role.class,
      AgentCommands.ListAll.class
    },
    mixinStandardHelpOptions = true)
final class AgentCommands {
  private AgentCommands() {}

  @Command(
      name = "add",
      description = "Make a person a member of a workspace.",
      mixinStandardHelpOptions = true)
  static final class Add extends WorkspaceCommand {
    @Option(
        names = "--email",
        required = true,
        description = "The person's email. Creates an account if necessary.")
    String email;

    @Option(
        names = "--nickname",
        description =
            "For a new account: the display name, up to 60 characters (default: the part of the email"
                + " before the @).")
    @Nullable String nickname;

    @Option(
        names = "--role",
        defaultValue = "agent",
        description = "agent or admin; admins manage API tokens (default: agent).")
    Membership.Role role;

    @Override
    void validate() {
      email = email.strip();
      OptionValidator.requireValid(spec, "--email", new SignInCodeRequest().email(email), "email");
      if (nickname != null) {
        nickname = nickname.strip();
        OptionValidator.requireValid(
            spec, "--nickname", new SignedInAgent().nickname(nickname), "nickname");
      }
    }

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      Agent agent =
          new WorkspaceStore(database, Clock.systemUTC())
              .addAgent(
                  workspace,
                  email,
                  Optional.ofNullable(nickname),
                  role,
                  AuditEvent.Source.commandLine());
      err.printf("Added %s to %s as %s%n", agent.email(), workspace, role);
      out.println(agent.id());
    }
  }

  @Command(
      name = "remove",
      description = {
        "Remove a member from a workspace and sign the member out everywhere.",
        "The workspace keeps all its tokens, including those that the member created."
      },
      mixinStandardHelpOptions = true)
  static final class Remove extends MemberCommand {
    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      Agent agent =
          new WorkspaceStore(database, Clock.systemUTC())
              .removeAgent(workspace, email, AuditEvent.Source.commandLine());
      err.printf("Removed %s from %s%n", agent.email(), workspace);
    }
  }

  @Command(
      name = "role",
      description = {
        "Change the role of a member.",
        "A demoted admin is signed out everywhere. A workspace keeps at least one admin."
      },
      mixinStandardHelpOptions = true)
  static final class Role extends MemberCommand {
    @Option(
        names = "--role",
        required = true,
        description = "agent or admin; admins manage API tokens.")
    Membership.Role role;

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      Agent agent =
          new WorkspaceStore(database, Clock.systemUTC())
              .changeRole(workspace, email, role, AuditEvent.Source.commandLine());
      err.printf("%s has the role %s in %s%n", agent.email(), role, workspace);
    }
  }

  @Command(name = "list", description = "List the members.", mixinStandardHelpOptions = true)
  static final class ListAll extends DatabaseCommand {
    @Option(
        names = "--workspace",
        paramLabel = "NAME",
        description = "List only this workspace's members (default: all workspaces).")
    @Nullable String workspace;

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      Tables.print(
          out,
          List.of("ID", "WORKSPACE", "EMAIL", "NICKNAME", "ROLE"),
          new WorkspaceStore(database, Clock.systemUTC())
              .members(Optional.ofNullable(workspace)).stream()
                  .map(
                      m ->
                          List.of(
                              m.agent().id(),
                              m.workspaceName(),
                              m.agent().email(),
                              m.agent().nickname(),
                              m.role().toString()))
                  .toList());
    }
  }

  /** Base class of commands that change one member of a workspace. */
  abstract static class MemberCommand extends WorkspaceCommand {
    @Option(names = "--email", required = true, description = "The member's email.")
    String email;

    @Override
    void validate() {
      email = email.strip();
      OptionValidator.requireValid(spec, "--email", new SignInCodeRequest().email(email), "email");
    }
  }
}
