package ai.adraa.inbox.conformance.partners;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.conformance.support.Pages;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in the client's README.md, as a module, without modules, and built with Maven. */
class ClientExampleTest {
  private static final Path PROJECT = Path.of("../client/example").toAbsolutePath().normalize();
  private static final String MAIN = "example.TokenLife";

  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static Path client;
  @TempDir private Path directory;

  @BeforeAll
  static void findClient() {
    client = locations(AdraaInbox.class).get(0);
    // In a build of single modules, the folder of the classes.
    assertThat(client).exists();
  }

  @Test
  void theReadmeShowsTheProgram() throws IOException {
    String program = Files.readString(source("example/TokenLife.java"));

    assertThat(Pages.page("client/README.md").blocks("java")).contains(program);
  }

  @Test
  void theProgramRunsAsAModule() throws Exception {
    String path = path(libraries());
    compile("--module-path", path, source("module-info.java"), source("example/TokenLife.java"));

    assertTokenLives(
        "modular",
        "--module-path",
        path + File.pathSeparator + directory,
        "--module",
        "example/" + MAIN);
  }

  @Test
  void theProgramRunsWithoutModules() throws Exception {
    String path = path(libraries());
    compile("--class-path", path, source("example/TokenLife.java"));

    assertTokenLives("classic", "--class-path", path + File.pathSeparator + directory, MAIN);
  }

  /** As after mvn install, but in a repository of this test. */
  @Test
  @Tag("once")
  @Tag("partners")
  void mavenResolvesTheClient() throws Exception {
    Tool.require("the example project", List.of("mvn"));
    assertThat(client).isRegularFile();
    Path repository = directory.resolve("repository");
    install(repository, "adraa-inbox", Path.of("../pom.xml"), "pom");
    install(repository, "adraa-inbox-client", Path.of("../client/pom.xml"), "pom");
    install(repository, "adraa-inbox-client", client, "jar");
    Path settings = directory.resolve("settings.xml");
    Path downloaded = downloads();
    String element = "<%1$s><id>downloaded</id><url>" + downloaded.toUri() + "</url></%1$s>";
    Files.writeString(
        settings,
        """
        <settings>
          <profiles><profile><id>downloaded</id>
            <repositories>%s</repositories>
            <pluginRepositories>%s</pluginRepositories>
          </profile></profiles>
          <activeProfiles><activeProfile>downloaded</activeProfile></activeProfiles>
        </settings>
        """
            .formatted(element.formatted("repository"), element.formatted("pluginRepository")));
    Path copy = directory.resolve("project");
    for (String file :
        List.of(
            "pom.xml", "src/main/java/module-info.java", "src/main/java/example/TokenLife.java")) {
      Files.createDirectories(copy.resolve(file).getParent());
      Files.copy(PROJECT.resolve(file), copy.resolve(file));
    }

    Tool.run(
            copy,
            10,
            Map.of("JAVA_HOME", System.getProperty("java.home")),
            "mvn",
            "-q",
            "-B",
            "-ntp",
            "-s",
            settings.toString(),
            "-Dmaven.repo.local=" + repository,
            "package")
        .succeeded();

    assertTokenLives(
        "maven",
        "--module-path",
        copy.resolve("target/example.jar") + File.pathSeparator + copy.resolve("target/lib"),
        "--module",
        "example/" + MAIN);
  }

  private static void install(Path repository, String artifact, Path file, String extension)
      throws IOException {
    Path folder = repository.resolve("ai/adraa/inbox").resolve(artifact).resolve("1.0.0-SNAPSHOT");
    Files.createDirectories(folder);
    Files.copy(file, folder.resolve(artifact + "-1.0.0-SNAPSHOT." + extension));
  }

  /** The repository from which this build has its dependencies. */
  private static Path downloads() {
    Path group = locations(ObjectMapper.class).get(0).getParent().getParent().getParent();
    return group.resolve("../../../..").normalize();
  }

  private static Path source(String name) {
    return PROJECT.resolve("src/main/java").resolve(name);
  }

  private void compile(String option, String path, Path... sources) {
    List<String> arguments = new ArrayList<>(List.of(option, path, "-d", directory.toString()));
    arguments.addAll(List.of("-Xlint:all,-path", "-Werror", "--release", "17"));
    Stream.of(sources).map(Path::toString).forEach(arguments::add);

    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int exitCode =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, messages, arguments.toArray(String[]::new));

    assertThat(exitCode).as(messages.toString(UTF_8)).isZero();
  }

  private void assertTokenLives(String workspace, String... command) throws Exception {
    String email = "ada@" + workspace + ".example";
    inbox.command("workspace", "create", "--name", workspace, "--admin", email);
    Path out = directory.resolve("out");
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of(command));
    line.addAll(List.of(inbox.url().toString(), email));
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(out.toFile());
    List<Process> started = new ArrayList<>();
    String code =
        inbox
            .mail()
            .codeMailedBy(
                () -> {
                  try {
                    started.add(builder.start());
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                },
                () -> started.get(0).isAlive());
    try (var in = started.get(0).outputWriter(UTF_8)) {
      in.write(code + "\n");
    }

    assertThat(started.get(0).waitFor(1, TimeUnit.MINUTES)).isTrue();
    String printed = Files.readString(out);
    assertThat(started.get(0).exitValue()).as(printed).isZero();
    assertThat(printed.replaceAll("adraa_[0-9a-f]{8}", "adraa_…").lines())
        .filteredOn(text -> !text.startsWith("NOTE: Picked up"))
        .containsExactly(
            "Enter the code from the mail to " + email + ":",
            "Created adraa_…",
            "Verified: " + workspace,
            "Listed CRM",
            "Replaced by adraa_…",
            "Verified: " + workspace,
            "Revoked adraa_…",
            "Verified: refused");
  }

  /** The client and what it needs, as Maven gives them to a project. */
  private static List<Path> libraries() {
    return locations(
        AdraaInbox.class,
        ObjectMapper.class,
        JsonParser.class,
        JsonProperty.class,
        JavaTimeModule.class,
        NullMarked.class);
  }

  private static List<Path> locations(Class<?>... types) {
    return Stream.of(types)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .map(location -> Path.of(URI.create(location.toString())))
        .toList();
  }

  private static String path(List<Path> files) {
    return String.join(File.pathSeparator, files.stream().map(Path::toString).toList());
  }
}
