package ai.adraa.inbox.conformance.support;

import ai.adraa.inbox.server.cli.Main;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The server's command line, run inside the test's own process; {@link ServerProcess} runs the jar.
 */
public final class Command {
  private Command() {}

  /** Runs a command to its end. */
  public static Tool.Finished run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode = Main.run(out, err, arguments);
    return new Tool.Finished(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
