package ai.adraa.inbox.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The code in the client's README.md is compiled and run by a test. */
class ReadmeTest {
  @ParameterizedTest
  @ValueSource(strings = {"VerifyExample", "ReplaceExample", "MetricsExample", "AsyncExample"})
  void theReadmesExamplesAreThoseThatTestsRun(String name) throws Exception {
    String example =
        Files.readString(Path.of("src/test/java/ai/adraa/inbox/client/" + name + ".java"))
            .split("(?m)^ *// example\n")[1]
            .stripTrailing()
            .stripIndent();

    assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + example + "\n```");
  }

  /** The build runs all tests twice, the second time with the oldest Jackson. */
  @Test
  void theOldestJacksonIsTested() throws Exception {
    String lowest = System.getProperty("jackson", "");
    String used = new ObjectMapper().version().toString();

    if (!lowest.isEmpty()) {
      assertThat(used).isEqualTo(lowest);
      assertThat(Files.readString(Path.of("README.md")))
          .contains("Jackson " + lowest.replaceAll("\\.0$", "") + " or later");
    }
  }

  @Test
  void theJavadocOfModelsHasNeitherMarkdownNorConstantsOfTheGenerator() throws Exception {
    Path models =
        Path.of("target/generated-sources/openapi/ai/adraa/inbox/client/model").toAbsolutePath();
    try (Stream<Path> files = Files.list(models)) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file))
            .as("%s", file.getFileName())
            .doesNotContain("&#x60;")
            .doesNotContainPattern("(?m)^ *public static final String JSON_PROPERTY");
      }
    }
  }
}
