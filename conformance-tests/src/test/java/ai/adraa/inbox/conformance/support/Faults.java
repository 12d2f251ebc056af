package ai.adraa.inbox.conformance.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * How much the tests with the tag {@code faults} break, and what they saw: short in a build, long
 * with {@code -Dfaults=long}.
 */
public final class Faults {
  private static final Path FIGURES = Path.of("target", "faults.md");

  private Faults() {}

  /** So many times: the first in a build, the second where the operator has time. */
  public static int times(int inBuild, int atLength) {
    return "long".equals(System.getProperty("faults")) ? atLength : inBuild;
  }

  /** Prints what was tried and what was lost, and keeps it in {@code target/faults.md}. */
  public static synchronized void figure(String test, String seen) {
    String line = "- " + test + ": " + seen;
    System.out.println(line);
    try {
      Files.writeString(
          FIGURES,
          line + System.lineSeparator(),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
