package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.InboxServer;
import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.token.Token;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lets a newcomer try the server without any set-up. */
@Command(
    name = "demo",
    description = {
      "Run the server on a temporary database with a workspace, an admin and a token.",
      "The database is created at each start and deleted at the end."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(DemoCommand.class);
  private static final String ADMIN = "ada@acme.example";

  @Mixin ServeOptions options;
  @Spec CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("adraa-inbox-demo");
    DatabaseLocation file = new DatabaseLocation(directory.resolve("demo.db").toString());
    InboxServer server;
    Token.Created token;
    try {
      try (Database database = Databases.open(file)) {
        String workspaceId =
            new WorkspaceStore(database, Clock.systemUTC())
                .create("acme", ADMIN, AuditEvent.Source.commandLine());
        token =
            TokenCommands.service(database)
                .create(
                    workspaceId,
                    Token.Properties.named("CRM integration"),
                    TokenCommands.admin(database, workspaceId));
      }
      server = options.demo(file);
    } catch (RuntimeException e) {
      delete(directory);
      throw e;
    }
    URI publicUrl = options.publicUrl == null ? server.url() : options.publicUrl;
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        """

        The demo workspace acme is ready. Its database is deleted when you stop the server.

          Reference  %s
          Console    %s
          Admin      %s (the sign-in code is %s)
          Token      %s

        Verify the token:

          curl %s/api/v1/me -H "Authorization: Bearer %s"

        Stop with Ctrl+C.
        """,
        InboxServer.pageUrl(publicUrl, "/docs/"),
        InboxServer.pageUrl(publicUrl, "/app"),
        ADMIN,
        options.smtp == null ? "printed below" : "sent by email",
        token.secret().reveal(),
        server.url(),
        token.secret().reveal());
    if (out.checkError()) {
      server.close();
      delete(directory);
      return ExitCode.SOFTWARE;
    }
    ServeCommand.runUntilStopped(server, () -> delete(directory));
    return ExitCode.OK;
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      LOG.warn("Cannot remove {}", directory, e);
    }
  }
}
