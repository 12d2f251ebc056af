package ai.adraa.inbox.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The code in the client's README.md is compiled and run by a test. */
class ReadmeTest {
  @Test
  void theReadmesExampleIsTheOneThatATestRuns() throws Exception {
    String example =
        Files.readString(Path.of("src/test/java/ai/adraa/inbox/client/VerifyExample.java"))
            .split("(?m)^ *// example\n")[1]
            .stripTrailing()
            .stripIndent();

    assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + example + "\n```");
  }
}
