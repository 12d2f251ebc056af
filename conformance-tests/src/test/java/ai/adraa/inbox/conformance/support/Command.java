package ai.adraa.inbox.conformance.support;

import ai.adraa.inbox.server.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * The server's command line, run inside the test's own process; {@link ServerProcess} runs the jar.
 */
public final class Command {
  private Command() {}

  /** Runs a command to its end. */
  public static Tool.Finished run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Tool.Finished(exitCode, out.toString(), err.toString());
  }
}
