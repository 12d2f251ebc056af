package ai.adraa.inbox.conformance.partners;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Mailbox;
import ai.adraa.inbox.conformance.support.Tool;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The last released version: its contract, and its server and partners' programs as the project's
 * history has them. The version is the commit that last changed its file in {@code
 * openapi/released}.
 */
final class ReleasedVersion implements AutoCloseable {
  private static final Path RELEASED = Path.of("..", "openapi", "released");
  private static final Path TARGET = Path.of("target", "released").toAbsolutePath();
  private static final Pattern LISTENS = Pattern.compile("listens on (http://\\S+?),? ");
  private static final int MINUTES = 10;

  private final Path contract;
  private final Path directory;
  private final Path database = TARGET.resolve("inbox.db");
  private Process server;

  private ReleasedVersion(Path contract, Path directory) {
    this.contract = contract;
    this.directory = directory;
  }

  /**
   * Builds the last released version where it is not built yet.
   *
   * @return empty, with a line on the terminal, if this checkout has no history
   */
  static Optional<ReleasedVersion> build() throws IOException, InterruptedException {
    Tool.require("the released version", List.of("git", "mvn", "tar"));
    Path contract;
    try (Stream<Path> files = Files.list(RELEASED)) {
      contract =
          files
              .max(Comparator.comparing(file -> ModuleDescriptor.Version.parse(version(file))))
              .orElseThrow();
    }
    // In a shallow clone, the oldest commit seems to have changed every file.
    if (!git("rev-parse", "--is-shallow-repository").equals("false")) {
      System.out.println("SKIPPED the released version: this checkout has no history");
      return Optional.empty();
    }
    String commit = git("log", "-1", "--format=%H", "--", contract.getFileName().toString());
    ReleasedVersion released = new ReleasedVersion(contract, TARGET.resolve(commit));
    if (!Files.exists(released.jar())) {
      released.buildFrom(commit);
    }
    return Optional.of(released);
  }

  private static String git(String... arguments) throws IOException, InterruptedException {
    String[] command = Stream.concat(Stream.of("git"), Stream.of(arguments)).toArray(String[]::new);
    return Tool.run(RELEASED, 1, Map.of(), command).out().strip();
  }

  private void buildFrom(String commit) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path archive = TARGET.resolve("released.tar");
    Tool.run(
            Path.of("..").toAbsolutePath(),
            1,
            Map.of(),
            "git",
            "archive",
            "--output=" + archive,
            commit)
        .succeeded();
    Tool.run(directory, 1, Map.of(), "tar", "--extract", "--file=" + archive).succeeded();
    Tool.run(
            directory,
            MINUTES,
            Map.of("JAVA_HOME", System.getProperty("java.home")),
            "mvn",
            "-q",
            "-B",
            "-ntp",
            "-DskipTests",
            "package",
            "-pl",
            "client,server",
            "-am")
        .succeeded();
  }

  private static String version(Path contract) {
    return contract.getFileName().toString().replace(".yaml", "");
  }

  String version() {
    return version(contract);
  }

  String contract() throws IOException {
    return Files.readString(contract);
  }

  /** The folder of the partners' programs of that release. */
  Path partners() {
    return directory.resolve("conformance-tests/partners");
  }

  /** The jar of the Java client of that release. */
  Path client() throws IOException {
    try (Stream<Path> jars = Files.list(directory.resolve("client/target"))) {
      return jars.filter(jar -> jar.toString().endsWith("-SNAPSHOT.jar")).findFirst().orElseThrow();
    }
  }

  private Path jar() {
    return directory.resolve("server/target/adraa-inbox-server.jar");
  }

  /** Starts the server of that release on a new database. */
  Deployment start(Mailbox mail) throws IOException {
    try (Stream<Path> files = Files.list(TARGET)) {
      for (Path file : files.filter(file -> ("" + file).startsWith("" + database)).toList()) {
        Files.delete(file);
      }
    }
    Path log = TARGET.resolve("server.log");
    server =
        new ProcessBuilder(
                java(
                    "serve",
                    "--port",
                    "0",
                    "--management-port",
                    "off",
                    "--rate-limit",
                    "off",
                    "--sign-in-limit",
                    "off",
                    "--smtp",
                    "smtp://127.0.0.1:" + mail.port()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Matcher[] started = new Matcher[1];
    await()
        .until(
            () -> {
              started[0] = LISTENS.matcher(Files.readString(log));
              assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
              return started[0].find();
            });
    return new Deployment(
        Deployment.version(contract()), URI.create(started[0].group(1)), mail, this::command);
  }

  private String command(String... arguments) {
    try {
      return Tool.run(new ProcessBuilder(java(arguments)), 1).succeeded().out();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private List<String> java(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                jar().toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--database", database.toString()));
    return command;
  }

  @Override
  public void close() throws InterruptedException {
    if (server != null) {
      server.destroy();
      server.waitFor();
    }
  }
}
