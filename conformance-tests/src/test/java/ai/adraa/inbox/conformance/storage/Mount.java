package ai.adraa.inbox.conformance.storage;

import static org.junit.jupiter.api.Assumptions.abort;

import ai.adraa.inbox.conformance.support.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file system that a test mounts for itself. */
record Mount(Path path) implements AutoCloseable {
  static Mount at(Path path, String... how) throws IOException, InterruptedException {
    Tool.require("StorageFaultsTest", List.of("mount", "umount"));
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(how));
    command.add(path.toString());
    Tool.Finished mounted = Tool.run(new ProcessBuilder(command), 1);
    if (mounted.exitCode() != 0) {
      throw cannot("no right to mount a file system: " + mounted.err().strip());
    }
    return new Mount(path);
  }

  /** As ext4 does itself when it finds an error. */
  void turnReadOnly() throws IOException {
    String device = Path.of(Files.getFileStore(path).name()).getFileName().toString();
    Path trigger = Path.of("/sys/fs/ext4", device, "trigger_fs_error");
    if (!Files.isWritable(trigger)) {
      throw cannot("no right to make a file system fail");
    }
    Files.writeString(trigger, "StorageFaultsTest");
  }

  @Override
  public void close() throws IOException, InterruptedException {
    Tool.run(new ProcessBuilder("umount", "-l", path.toString()), 1).succeeded();
  }

  /** Ends the test as skipped: a right of the machine is no tool that could be required. */
  static AssertionError cannot(String reason) {
    System.out.println("SKIPPED StorageFaultsTest: " + reason);
    return abort(reason);
  }
}
