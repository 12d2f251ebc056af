package ai.adraa.inbox.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Programs that a test needs and a JDK has not: found on the PATH, or the test says so and ends.
 */
final class Tool {
  private Tool() {}

  /** Skips the test where one of the programs is missing, unless REQUIRE_TOOLS is 1. */
  static void require(List<String> names) {
    List<String> missing = names.stream().filter(name -> find(name).isEmpty()).toList();
    if (!missing.isEmpty()) {
      missing("Not on the PATH: " + String.join(", ", missing));
    }
  }

  /** Ends the test: skipped, or failed where all is required. */
  static <T> T missing(String message) {
    return isRequired() ? fail(message) : abort(message);
  }

  /** Whether REQUIRE_TOOLS is 1: a test may not be skipped for want of a program. */
  static boolean isRequired() {
    return "1".equals(System.getenv("REQUIRE_TOOLS"));
  }

  /** The program on the PATH. */
  static Optional<Path> find(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** What a finished program left; err is kept apart from out. */
  record Finished(int exitCode, String out, String err) {
    /** Requires exit code 0. */
    Finished succeeded() {
      assertThat(exitCode).as(out + err).isZero();
      return this;
    }
  }

  /**
   * Runs a program to its end.
   *
   * @throws AssertionError if it has not ended after the given number of minutes
   */
  static Finished run(
      Path directory, int minutes, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("tool", ".out");
    Path err = Files.createTempFile("tool", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        fail(
            "%s has not ended after %d minutes: %s%s"
                .formatted(
                    String.join(" ", command),
                    minutes,
                    Files.readString(out),
                    Files.readString(err)));
      }
      return new Finished(
          process.exitValue(),
          new String(Files.readAllBytes(out), UTF_8),
          new String(Files.readAllBytes(err), UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
