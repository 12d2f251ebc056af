package ai.adraa.inbox.conformance.partners;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Partners' own clients. Each folder of {@code partners} is a partner: {@code build.sh} generates a
 * client from the contract that the server serves, and builds it with its language's own tools;
 * {@code run.sh} runs one small program, written as a partner would, that prints what it sees. It
 * must see the same in every language, today and tomorrow. Partners of one language share the files
 * of a folder of {@code partners/shared}.
 */
@Tag("once")
@Tag("partners")
class PartnersTest {
  private static final Path SOURCES = Path.of("partners");
  private static final Path SHARED = SOURCES.resolve("shared");
  private static final Path TARGET = Path.of("target", "partners");
  private static final int BUILD_MINUTES = 15;
  // What build.sh exits with where something is missing that is no program on the PATH.
  private static final int MISSING = 77;
  private static final String ONLY = System.getProperty("partners", "");
  private static final String CODE_PROMPT = "sign-in code: sent";

  @AutoClose private static final TestInbox inbox = TestInbox.start();
  @AutoClose private static Release tomorrow;
  @AutoClose private static Release loose;

  @BeforeAll
  static void start() throws Exception {
    tomorrow = Release.before(inbox.url(), Day.TOMORROW);
    loose = Release.before(inbox.url(), Day.LOOSE);
  }

  /** All partners, or those that -Dpartners names, then the table of generators. */
  @TestFactory
  Stream<DynamicNode> partners() throws IOException {
    List<Partner> partners;
    try (Stream<Path> folders = Files.list(SOURCES)) {
      partners =
          folders
              .filter(folder -> !folder.equals(SHARED))
              .map(folder -> folder.getFileName().toString())
              .filter(name -> ONLY.isEmpty() || List.of(ONLY.split(",")).contains(name))
              .sorted()
              .map(Partner::new)
              .toList();
    }
    Stream<DynamicNode> conversations =
        partners.stream()
            .filter(partner -> !partner.isOnlyRead())
            .map(
                partner ->
                    dynamicContainer(
                        partner.name,
                        List.of(
                            dynamicTest("generates and builds", partner::build),
                            dynamicTest("works today", () -> partner.run(inbox.url(), Day.TODAY)),
                            dynamicTest(
                                "works tomorrow", () -> partner.run(tomorrow.url(), Day.TOMORROW)),
                            dynamicTest(
                                "works with looser limits",
                                () -> partner.run(loose.url(), Day.LOOSE)))));
    return Stream.concat(
        conversations,
        Stream.of(dynamicTest("the table shows what ran", () -> compareWithTable(partners))));
  }

  /** Writes a table of what ran; openapi/README.md must have the same rows. */
  private static void compareWithTable(List<Partner> partners) throws IOException {
    List<String> rows =
        partners.stream()
            .filter(partner -> !partner.property("generator").isEmpty())
            .sorted(
                Comparator.comparing((Partner partner) -> partner.property("language"))
                    .thenComparing(partner -> partner.property("generator")))
            .map(Partner::row)
            .toList();
    Files.createDirectories(TARGET);
    Files.writeString(
        TARGET.resolve("partners.md"),
        """
        Run on %s, OpenAPI 3.0.3.

        | generator | version | language | builds | today | tomorrow | loose | workaround |
        |---|---|---|---|---|---|---|---|
        %s
        """
            .formatted(LocalDate.now(ZoneOffset.UTC), String.join("\n", rows)));
    Assumptions.assumeTrue(
        Tool.isRequired() || partners.stream().allMatch(Partner::isComplete),
        "not all partners ran: see " + TARGET.resolve("partners.md"));
    List<String> shown =
        Files.readAllLines(Path.of("../openapi/README.md")).stream()
            .dropWhile(line -> !line.startsWith("| generator |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .toList();
    assertThat(shown)
        .as("the rows of openapi/README.md are those of " + TARGET.resolve("partners.md"))
        .containsAll(rows);
    if (ONLY.isEmpty()) {
      assertThat(shown).containsExactlyElementsOf(rows);
    }
  }

  /** One folder: its generator, and how far it came. */
  private static final class Partner {
    private final String name;
    private final Path directory;
    private final Properties properties = new Properties();
    private String version = "";
    private final List<String> passed = new ArrayList<>();

    Partner(String name) {
      this.name = name;
      this.directory = TARGET.resolve(name).toAbsolutePath();
      try (var in = Files.newBufferedReader(SOURCES.resolve(name).resolve("partner.properties"))) {
        properties.load(in);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    String property(String key) {
      return properties.getProperty(key, "").strip();
    }

    void build() throws IOException, InterruptedException {
      Tool.require("partner " + name, List.of(property("tools").split(" ")));
      copySources();
      Files.writeString(
          directory.resolve("openapi.yaml"),
          inbox.request().get("/openapi.yaml").then().statusCode(200).extract().body().asString());
      Tool.Finished built =
          Tool.run(directory, BUILD_MINUTES, environment(inbox.url()), "bash", "build.sh");
      if (built.exitCode() == MISSING) {
        throw Tool.missing("partner " + name, built.err().strip());
      }
      built.succeeded();
      version = Files.readString(directory.resolve("generator-version")).strip();
      assertThat(version).matches("v?[0-9]+(\\.[0-9]+)+(-SNAPSHOT)?");
      passed.add("builds");
    }

    /** Runs the program against the server of a day. */
    void run(URI server, Day day) throws IOException, InterruptedException {
      Assumptions.assumeTrue(passed.contains("builds"), "it was not built");
      String workspace = name + "-" + day;
      String email = "ada@" + workspace + ".example";
      inbox.command("workspace", "create", "--name", workspace, "--admin", email);

      List<String> seen = converse(server, email);

      String token = day.value("name", "CRM integration");
      Matcher created =
          Pattern.compile(Pattern.quote("created: " + token) + " (adraa_[0-9a-f]{8})")
              .matcher(String.join("\n", seen));
      assertThat(created.find()).as(String.join("\n", seen)).isTrue();
      assertThat(inbox.command("token", "list", "--workspace", workspace))
          .containsPattern("(?m)" + created.group(1) + ".* revoked\\b");
      String active = day.value("status", "active");
      assertThat(seen)
          .containsExactly(
              "missing token: " + day.value("code", "MISSING_TOKEN"),
              CODE_PROMPT,
              "signed in: %s, %s of %s"
                  .formatted(
                      day.value("nickname", "ada"),
                      day.value("role", "admin"),
                      day.value("name", workspace)),
              "created: %s %s %s".formatted(token, day.value("prefix", created.group(1)), active),
              "verified: %s, %s".formatted(day.value("name", workspace), token),
              "refused name: %s name".formatted(day.value("code", "VALIDATION_ERROR")),
              "listed: %d tokens on 2 pages".formatted(day.items(2) + day.items(1)),
              "got: %s %s".formatted(token, active),
              "revoked: %s %s".formatted(token, day.value("status", "revoked")),
              "revoked token: " + day.value("code", "INVALID_API_TOKEN"),
              "signed out",
              "without session: " + day.value("code", "INVALID_SESSION"));
      passed.add(day.toString());
    }

    /** Runs the program, enters the code that the mail brings, and returns what it printed. */
    private List<String> converse(URI server, String email)
        throws IOException, InterruptedException {
      Path err = directory.resolve("run.err");
      ProcessBuilder builder =
          new ProcessBuilder("bash", "run.sh")
              .directory(directory.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment(server));
      builder.environment().put("ADRAA_EMAIL", email);
      Path out = directory.resolve("run.out");
      Process[] process = new Process[1];
      builder.redirectOutput(out.toFile());
      try {
        String code =
            inbox
                .mail()
                .codeMailedBy(
                    () -> {
                      try {
                        process[0] = builder.start();
                      } catch (IOException e) {
                        throw new IllegalStateException(e);
                      }
                    },
                    () -> process[0].isAlive());
        try (Writer in = process[0].outputWriter(UTF_8)) {
          in.write(code + "\n");
        }
        boolean ended = process[0].waitFor(2, TimeUnit.MINUTES);
        String printed = Files.readString(out) + Files.readString(err);
        assertThat(ended).as("it ends: " + printed).isTrue();
        assertThat(process[0].exitValue()).as(printed).isZero();
        return Files.readAllLines(out);
      } finally {
        if (process[0] != null) {
          process[0].descendants().forEach(ProcessHandle::destroyForcibly);
          process[0].destroyForcibly();
        }
      }
    }

    private Map<String, String> environment(URI server) {
      return Map.of(
          "ADRAA_BASE_URL", server.toString(),
          "OPENAPI_GENERATOR_JAR", Path.of(System.getProperty("openapiGeneratorJar")).toString(),
          "ADRAA_CLIENT_CLASSPATH", clientClasspath(),
          "JAVA_HOME", System.getProperty("java.home"),
          "LC_ALL", "C.UTF-8");
    }

    /** Our own client and what it brings, as Maven gives them to a partner. */
    private static String clientClasspath() {
      return Stream.of(
              AdraaInbox.class,
              ObjectMapper.class,
              JsonParser.class,
              JsonProperty.class,
              JavaTimeModule.class,
              NullMarked.class)
          .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
          .map(location -> Path.of(URI.create(location.toString())).toString())
          .collect(joining(File.pathSeparator));
    }

    /** The files of its language, which several partners share, then its own. */
    private void copySources() throws IOException {
      if (!property("shared").isEmpty()) {
        copy(SHARED.resolve(property("shared")));
      }
      copy(SOURCES.resolve(name));
    }

    private void copy(Path source) throws IOException {
      try (Stream<Path> files = Files.walk(source)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path copy = directory.resolve(source.relativize(file).toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }

    /** True if its toolchain is not here, and somebody has read what it generates. */
    boolean isOnlyRead() {
      return Boolean.parseBoolean(property("read"));
    }

    boolean isComplete() {
      return isOnlyRead() || passed.size() == 1 + Day.values().length;
    }

    String row() {
      List<String> notes = new ArrayList<>();
      if (!property("unsafe").isEmpty()) {
        notes.add("**Unsafe:** " + property("unsafe"));
      }
      if (!property("workaround").isEmpty()) {
        notes.add(property("workaround"));
      }
      return "| %s | %s | %s | %s | %s | %s | %s | %s |"
          .formatted(
              property("generator"),
              isOnlyRead() ? property("version") : version,
              property("language"),
              isOnlyRead() ? "read, not run" : mark("builds"),
              mark("today"),
              mark("tomorrow"),
              mark("loose"),
              notes.isEmpty() ? "none" : String.join(" ", notes));
    }

    private String mark(String step) {
      return passed.contains(step) ? "✓" : "–";
    }
  }
}
