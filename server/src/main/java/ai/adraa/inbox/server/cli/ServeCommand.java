package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.InboxServer;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** Runs the server until the process is stopped. */
@Command(name = "serve", description = "Run the server.", mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  @Mixin DatabaseOption database;
  @Mixin ServeOptions options;

  @Override
  public Integer call() throws InterruptedException {
    runUntilStopped(options.serve(database.location), () -> {});
    return ExitCode.OK;
  }

  /**
   * Blocks until the process ends. On SIGTERM or Ctrl+C a shutdown hook closes the server, runs
   * {@code afterwards} and writes the rest of the log.
   *
   * @throws InterruptedException if the thread is interrupted; the server continues to run
   */
  static void runUntilStopped(InboxServer server, Runnable afterwards) throws InterruptedException {
    Thread shutdown =
        new Thread(
            () -> {
              server.close();
              afterwards.run();
              Main.writeRestOfLog();
            },
            "shutdown");
    Runtime.getRuntime().addShutdownHook(shutdown);
    new CountDownLatch(1).await();
  }
}
