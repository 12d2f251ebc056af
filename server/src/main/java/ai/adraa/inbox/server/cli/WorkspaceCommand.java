package ai.adraa.inbox.server.cli;

import picocli.CommandLine.Option;

/** A command on one workspace. */
abstract class WorkspaceCommand extends DatabaseCommand {
  @Option(
      names = "--workspace",
      required = true,
      paramLabel = "NAME",
      description = "Slug of the workspace.")
  String workspace;
}
