package ai.adraa.inbox.server.cli;

import picocli.CommandLine.Option;

/** Base class of commands that require {@code --workspace}. */
abstract class WorkspaceCommand extends DatabaseCommand {
  @Option(
      names = "--workspace",
      required = true,
      paramLabel = "NAME",
      description = "Slug of the workspace.")
  String workspace;
}
