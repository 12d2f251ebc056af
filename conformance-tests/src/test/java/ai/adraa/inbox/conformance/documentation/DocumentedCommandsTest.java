package ai.adraa.inbox.conformance.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Pages;
import ai.adraa.inbox.conformance.support.Tool;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the pages, run as they stand there, in the order in which an operator needs them.
 * Commands for PostgreSQL, TLS, systemd and containers are run by the tests of those.
 */
@Tag("once")
@Tag("sqlite")
class DocumentedCommandsTest {
  private static final Pattern LISTENS = Pattern.compile("listens on (http://\\S+), database");
  private static final String JAVA = "java -jar adraa-inbox-server.jar ";

  @TempDir private Path directory;

  @Test
  void theCommandsOfThePagesWorkInTheirOrder() throws Exception {
    Tool.require("DocumentedCommandsTest", List.of("bash", "curl"));
    Files.copy(
        Path.of(System.getProperty("serverJar")), directory.resolve("adraa-inbox-server.jar"));

    run(the("server/README.md", JAVA + "workspace create"));
    String secret = run(the("server/README.md", JAVA + "token create")).strip();
    assertThat(secret).matches("adraa_[0-9a-f]{48}");

    Path log = directory.resolve("server.log");
    Process server =
        shell("exec " + the("server/README.md", "java -XX:+ExitOnOutOfMemoryError"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      URI url = awaitUrl(server, log);
      String verify =
          the("README.md", "curl ")
              .replace("http://127.0.0.1:8080", url.toString())
              .replace("adraa_...", secret);
      assertThat(withoutIds(run(verify)))
          .isEqualTo(withoutIds(Pages.page("README.md").blocks("json").get(0).strip()));
      run(the("server/docs/operations.md", JAVA + "audit list"));
      run(the("server/docs/backup.md", JAVA + "backup"));
      assertThat(run(the("server/docs/backup.md", JAVA + "check"))).containsPattern("Sound +yes");
    } finally {
      server.destroy();
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    run(the("server/docs/backup.md", JAVA + "restore"));
  }

  /** The one command of a page that starts so. */
  private static String the(String page, String start) throws IOException {
    List<String> commands =
        Pages.page(page).commands().stream().filter(command -> command.startsWith(start)).toList();
    assertThat(commands).as(page + ": " + start).hasSize(1);
    return commands.get(0);
  }

  /** Runs a command to its end, and returns what it printed. */
  private String run(String command) throws IOException, InterruptedException {
    return Tool.run(shell(command), 2).succeeded().out();
  }

  private ProcessBuilder shell(String command) {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euc", command).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("ADRAA_"));
    builder.environment().put("ADRAA_PORT", "0");
    builder.environment().put("ADRAA_MANAGEMENT_PORT", "0");
    builder
        .environment()
        .merge(
            "PATH",
            Path.of(System.getProperty("java.home"), "bin").toString(),
            (path, java) -> java + File.pathSeparator + path);
    return builder;
  }

  private static URI awaitUrl(Process server, Path log) {
    Matcher[] started = new Matcher[1];
    await()
        .atMost(60, TimeUnit.SECONDS)
        .failFast(() -> assertThat(server.isAlive()).as(Files.readString(log)).isTrue())
        .until(
            () -> {
              started[0] = LISTENS.matcher(Files.readString(log));
              return started[0].find();
            });
    return URI.create(started[0].group(1));
  }

  private static String withoutIds(String json) {
    return json.replaceAll("\\bc[a-z0-9]{24}\\b", "ID");
  }
}
