package ai.adraa.inbox.conformance.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Programs that a test needs and a JDK has not: found on the PATH, or the test says so and ends.
 */
public final class Tool {
  /**
   * How a toolchain tells its version.
   *
   * @param atLeast what the tests need of it
   */
  private record Version(List<String> command, Runtime.Version atLeast) {
    public Version(String atLeast, String... command) {
      this(List.of(command), Runtime.Version.parse(atLeast));
    }
  }

  private static final Map<String, Version> VERSIONS =
      Map.of(
          "go", new Version("1.26", "go", "env", "GOVERSION"),
          "cargo", new Version("1.88", "cargo", "--version"),
          "node", new Version("20", "node", "--version"),
          // Debian's Python has the module venv in a package of its own.
          "python3",
              new Version(
                  "3.11",
                  "python3",
                  "-c",
                  "import ensurepip, platform as p; print(p.python_version())"));
  private static final Pattern NUMBER = Pattern.compile("[0-9]+(\\.[0-9]+)?");

  private Tool() {}

  /** Skips the test where one of the programs is missing or too old, unless REQUIRE_TOOLS is 1. */
  public static void require(String test, List<String> names) {
    List<String> missing = names.stream().filter(name -> find(name).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw missing(test, "not on the PATH: " + String.join(", ", missing));
    }
    for (String name : names) {
      Version version = VERSIONS.get(name);
      if (version != null && !isAtLeast(version)) {
        throw missing(test, "needs " + name + " " + version.atLeast() + " or later");
      }
    }
  }

  private static boolean isAtLeast(Version version) {
    try {
      Finished told = run(new ProcessBuilder(version.command()), 1);
      Matcher number = NUMBER.matcher(told.out());
      return told.exitCode() == 0
          && number.find()
          && Runtime.Version.parse(number.group()).compareToIgnoreOptional(version.atLeast()) >= 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Ends the test, by an exception of its own: as skipped, which it says on the terminal, or as
   * failed where all is required.
   */
  public static AssertionError missing(String test, String reason) {
    if (isRequired()) {
      throw new AssertionError(test + ": " + reason);
    }
    System.out.println("SKIPPED " + test + ": " + reason);
    return abort(test + ": " + reason);
  }

  /** Whether REQUIRE_TOOLS is 1: a test may not be skipped for want of a program. */
  public static boolean isRequired() {
    return "1".equals(System.getenv("REQUIRE_TOOLS"));
  }

  /** The program on the PATH. */
  public static Optional<Path> find(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** What a finished program left. */
  public record Finished(int exitCode, String out, String err) {
    /** Requires exit code 0. */
    public Finished succeeded() {
      assertThat(exitCode).as(out + err).isZero();
      return this;
    }
  }

  /**
   * Runs a program to its end.
   *
   * @throws AssertionError if it has not ended after the given number of minutes
   */
  public static Finished run(ProcessBuilder builder, int minutes)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("tool", ".out");
    Path err = Files.createTempFile("tool", ".err");
    try {
      Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      boolean ended = process.waitFor(minutes, TimeUnit.MINUTES);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      Finished finished =
          new Finished(
              process.exitValue(),
              Files.readString(out),
              // Java says that it has read options from the environment.
              Files.readString(err).replaceAll("(?m)^NOTE: Picked up JDK_JAVA_OPTIONS.*\\n", ""));
      assertThat(ended)
          .as("%s ends in %s minutes: %s", builder.command(), minutes, finished)
          .isTrue();
      return finished;
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Runs a program in the directory to its end, as {@link #run(ProcessBuilder, int)}. */
  public static Finished run(
      Path directory, int minutes, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(environment);
    return run(builder, minutes);
  }
}
