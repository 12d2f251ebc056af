package ai.adraa.inbox.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Tool;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The container image does its work under the restrictions that an operator sets: its layers as a
 * read-only root without a temporary folder, its own user, no capabilities, /data alone to write.
 */
@Tag("once")
class ImageTest {
  private static final Path IMAGE =
      Path.of(System.getProperty("serverJar")).resolveSibling("adraa-inbox-server-image.tar");
  private static final Pattern LISTENS = Pattern.compile("listens on \\S+:([0-9]+), database");

  @TempDir private Path directory;
  private Path root;
  private Path data;
  private JsonPath config;

  @BeforeEach
  void unpack() throws Exception {
    Tool.require("ImageTest", List.of("bwrap", "tar"));
    if (!Files.exists(IMAGE)) {
      throw Tool.missing("ImageTest", "no image: it is built with -Pimage");
    }
    Path image = Files.createDirectory(directory.resolve("image"));
    root = Files.createDirectory(directory.resolve("root"));
    data = Files.createDirectory(directory.resolve("data"));
    Tool.run(directory, 2, Map.of(), "tar", "-xf", "" + IMAGE, "-C", "" + image).succeeded();
    JsonPath manifest = JsonPath.from(image.resolve("manifest.json").toFile());
    for (String layer : manifest.<String>getList("[0].Layers")) {
      Tool.run(directory, 2, Map.of(), "tar", "-xzf", "" + image.resolve(layer), "-C", "" + root)
          .succeeded();
    }
    for (String mount : List.of("proc", "dev", "data")) {
      Files.createDirectories(root.resolve(mount));
    }
    config = JsonPath.from(image.resolve(manifest.getString("[0].Config")).toFile());
  }

  @Test
  void servesFromAReadOnlyRootAsAUserOfItsOwn() throws Exception {
    assertThat(config.getString("config.User")).isEqualTo("10001:10001");
    Tool.run(contained("workspace", "create", "--name", "acme", "--admin", "ada@acme.example"), 2)
        .succeeded();
    String secret =
        Tool.run(contained("token", "create", "--workspace", "acme", "--name", "Grüße"), 2)
            .succeeded()
            .out()
            .strip();

    Path log = directory.resolve("server.log");
    Process server =
        contained("serve", "--port", "0")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      Matcher[] listens = new Matcher[1];
      await()
          .atMost(180, TimeUnit.SECONDS)
          .failFast(
              () -> {
                assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
              })
          .until(
              () -> {
                listens[0] = LISTENS.matcher(Files.readString(log));
                return listens[0].find();
              });
      RestAssured.given()
          .header("Authorization", "Bearer " + secret)
          .get("http://127.0.0.1:" + listens[0].group(1) + "/api/v1/me")
          .then()
          .statusCode(200);
    } finally {
      server.destroy();
      server.waitFor(60, TimeUnit.SECONDS);
      server.destroyForcibly();
    }
    assertThat(data.resolve("adraa-inbox.db")).isNotEmptyFile();
  }

  @Test
  void holdsNoShellAndNothingThatItsUserOwnsOrAnyoneMayWrite() throws IOException {
    assertThat(config.getList("config.Entrypoint")).isEqualTo(List.of("java", "@/app/adraa-inbox"));
    assertThat(config.getMap("config.Volumes")).containsOnlyKeys("/data");
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(file.getFileName().toString()).isNotIn("sh", "bash", "busybox");
        assertThat(
                java.nio.file.attribute.PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(file)))
            .as("%s", file)
            .matches("rw-r--r--|rwxr-xr-x");
      }
    }
  }

  /** The image's program with these arguments. */
  private ProcessBuilder contained(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of("bwrap", "--unshare-all", "--share-net", "--die-with-parent", "--clearenv"));
    command.addAll(List.of("--uid", "10001", "--gid", "10001", "--cap-drop", "ALL"));
    command.addAll(List.of("--ro-bind", "" + root, "/", "--bind", "" + data, "/data"));
    command.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"));
    command.addAll(List.of("--chdir", config.getString("config.WorkingDir")));
    for (String variable : config.<String>getList("config.Env")) {
      command.add("--setenv");
      command.addAll(List.of(variable.split("=", 2)));
    }
    command.addAll(config.getList("config.Entrypoint"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }
}
