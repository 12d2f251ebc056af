package ai.adraa.inbox.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SQLite's library is loaded from a temporary folder, from which the system may run nothing. */
@Tag("once")
@Tag("sqlite")
class TemporaryFolderTest {
  private static final String CREATE = "workspace create --name acme --admin ada@acme.example";
  private static final List<String> COMMANDS =
      List.of(
          "serve --port 0",
          "demo --port 0",
          "workspace list",
          "check",
          "backup new.db",
          "restore backup.db");

  @TempDir private Path directory;

  @Test
  void noexecIsOneLineThatNamesTheOption() throws Exception {
    Path database = directory.resolve("inbox.db");
    Path folder = Files.createDirectory(directory.resolve("noexec"));
    try (Mount unused = Mount.at(folder, "-t", "tmpfs", "-o", "noexec", "tmpfs")) {
      refused(CREATE, folder, "-Djava.io.tmpdir=" + folder);
      assertThat(database).as("nothing half done").doesNotExist();
      // Some commands need a file.
      Files.writeString(database, "");
      for (String command : COMMANDS) {
        refused(command, folder, "-Djava.io.tmpdir=" + folder);
      }
      refused("workspace list", folder, "-Dorg.sqlite.tmpdir=" + folder);

      run(CREATE, "-Djava.io.tmpdir=" + folder, "-Dorg.sqlite.tmpdir=" + directory).succeeded();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nonexistent", "/proc"})
  void soIsAFolderThatIsMissingOrNotWritable(String folder) throws Exception {
    refused(CREATE, Path.of(folder), "-Djava.io.tmpdir=" + folder);
  }

  private void refused(String command, Path folder, String... properties) throws Exception {
    Files.writeString(directory.resolve("backup.db"), "");
    Tool.Finished refused = run(command, properties);

    assertThat(refused.exitCode()).as(refused.err()).isEqualTo(1);
    assertThat(refused.err())
        .hasLineCount(1)
        .startsWith("Cannot load SQLite's library from the temporary folder " + folder + ";")
        .contains("-Dorg.sqlite.tmpdir=FOLDER", "noexec");
    assertThat(refused.out()).isEmpty();
  }

  private Tool.Finished run(String command, String... properties)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        ServerProcess.builder(
            Map.of("ADRAA_DATABASE", directory.resolve("inbox.db").toString()),
            List.of(command.split(" ")));
    builder.command().addAll(1, List.of(properties));
    builder.directory(directory.toFile());
    return Tool.run(builder, 5);
  }
}
