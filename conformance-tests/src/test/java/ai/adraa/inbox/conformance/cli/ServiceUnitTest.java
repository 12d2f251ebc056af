package ai.adraa.inbox.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Tool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The systemd unit is one that systemd reads, and leaves little exposed. */
@Tag("once")
class ServiceUnitTest {
  private static final Path DIRECTORY = Path.of("..", "server", "src", "packaging");

  @Test
  void isValidAndHardened() throws Exception {
    Tool.require("ServiceUnitTest", List.of("systemd-analyze"));
    String unit = "./adraa-inbox.service";
    Tool.Finished verified =
        Tool.run(DIRECTORY, 1, Map.of("LC_ALL", "C"), "systemd-analyze", "verify", unit);
    assertThat(verified.succeeded().err()).doesNotContain("adraa-inbox.service");
    // The threshold is in tenths.
    Tool.run(
            DIRECTORY,
            1,
            Map.of("LC_ALL", "C"),
            "systemd-analyze",
            "security",
            "--offline=true",
            "--threshold=20",
            unit)
        .succeeded();
  }
}
