package ai.adraa.inbox.conformance.partners;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Tool;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** One folder of {@code partners}: its generator and the steps that passed. */
final class Partner {
  /**
   * What {@code build.sh} exits with where something is missing that is not a program on the PATH.
   */
  private static final int MISSING = 77;

  private static final int BUILD_MINUTES = 15;
  private static final String CODE_PROMPT = "sign-in code: sent";

  /** The folder of files that several partners use. */
  static final String SHARED = "shared";

  private static final AtomicInteger RUNS = new AtomicInteger();

  private final String name;
  private final Path sources;
  private final Path directory;
  private final Properties properties = new Properties();
  private String version = "";
  private String contractVersion = "";
  private final List<String> passed = new ArrayList<>();
  private final Map<String, String> environment =
      new HashMap<>(
          Map.of(
              "OPENAPI_GENERATOR_JAR",
              Path.of(System.getProperty("openapiGeneratorJar")).toString(),
              "JAVA_HOME",
              System.getProperty("java.home"),
              // Generators, Maven and compilers end before a better compiler would pay.
              "JDK_JAVA_OPTIONS",
              "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
              "LC_ALL",
              "C.UTF-8"));

  /**
   * @param sources the folder of all partners
   * @param target where it is built
   */
  Partner(String name, Path sources, Path target) {
    this.name = name;
    this.sources = sources;
    this.directory = target.resolve(name).toAbsolutePath();
    try (var in = Files.newBufferedReader(sources.resolve(name).resolve("partner.properties"))) {
      properties.load(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  String property(String key) {
    return properties.getProperty(key, "").strip();
  }

  String name() {
    return name;
  }

  /**
   * Generates and builds the client.
   *
   * @param contract the contract as YAML
   * @param ownClient the class path of our Java client
   */
  void build(String contract, String ownClient) throws IOException, InterruptedException {
    Tool.require("partner " + name, List.of(property("tools").split(" ")));
    copySources();
    Files.writeString(directory.resolve("openapi.yaml"), contract);
    contractVersion = Deployment.version(contract);
    environment.put("ADRAA_CLIENT_CLASSPATH", ownClient);
    Tool.Finished built = Tool.run(directory, BUILD_MINUTES, environment, "bash", "build.sh");
    if (built.exitCode() == MISSING) {
      throw Tool.missing("partner " + name, built.err().strip());
    }
    built.succeeded();
    version = Files.readString(directory.resolve("generator-version")).strip();
    assertThat(version).matches("v?[0-9]+(\\.[0-9]+)+(-SNAPSHOT)?");
    passed.add("builds");
  }

  /** Runs the program against the server of a day, and checks what it prints. */
  void run(Deployment server, Day day) throws IOException, InterruptedException {
    Assumptions.assumeTrue(passed.contains("builds"), "it was not built");
    // The programs of the released version run against today's server too.
    String workspace = name + "-" + day + "-" + RUNS.incrementAndGet();
    String email = "ada@" + workspace + ".example";
    server.command("workspace", "create", "--name", workspace, "--admin", email);

    environment.put("ADRAA_API_VERSION", server.version());
    List<String> seen = converse(server, email);

    String token = day.value("name", "CRM integration");
    Matcher created =
        Pattern.compile(Pattern.quote("created: " + token) + " (adraa_[0-9a-f]{8})")
            .matcher(String.join("\n", seen));
    assertThat(created.find()).as(String.join("\n", seen)).isTrue();
    assertThat(server.command("token", "list", "--workspace", workspace))
        .containsPattern("(?m)" + created.group(1) + ".* revoked\\b");
    boolean has11 = !server.version().equals("1.0") && !contractVersion.equals("1.0");
    String changed = has11 ? day.value("name", "CRM integration (EU)") : token;
    String active = day.value("status", "active");
    String invalidToken = day.value("code", "INVALID_API_TOKEN");
    List<String> expected =
        new ArrayList<>(
            List.of(
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
                "got: %s %s".formatted(token, active)));
    if (has11) {
      String id = idOf(created.group(1), server, workspace);
      expected.addAll(
          List.of(
              "changed: " + changed,
              "usage: %d days".formatted(day.items(7)),
              "replaced: %s %s".formatted(changed, day.value("replaces", id)),
              "verified: %s, %s".formatted(day.value("name", workspace), changed),
              "revoked itself: " + invalidToken,
              "last event: " + day.value("action", "token-revoked"),
              "reported: " + invalidToken));
    }
    expected.addAll(
        List.of(
            "revoked: %s %s".formatted(changed, day.value("status", "revoked")),
            "revoked token: " + invalidToken,
            "signed out",
            "without session: " + day.value("code", "INVALID_SESSION")));
    assertThat(seen).containsExactlyElementsOf(expected);
    passed.add(day.toString());
  }

  /** Returns the id of a token as the command line shows it. */
  private static String idOf(String prefix, Deployment server, String workspace) {
    return server
        .command("token", "list", "--workspace", workspace)
        .lines()
        .filter(line -> line.contains(prefix))
        .map(line -> line.split("\\s+", 2)[0])
        .findFirst()
        .orElseThrow();
  }

  /** Runs the program, enters the code that the mail brings, and returns what it printed. */
  private List<String> converse(Deployment server, String email)
      throws IOException, InterruptedException {
    Path err = directory.resolve("run.err");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "run.sh")
            .directory(directory.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    builder.environment().put("ADRAA_BASE_URL", server.url().toString());
    builder.environment().put("ADRAA_EMAIL", email);
    Path out = directory.resolve("run.out");
    Process[] process = new Process[1];
    builder.redirectOutput(out.toFile());
    try {
      String code =
          server
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

  /** The files of its language, which several partners share, then its own. */
  private void copySources() throws IOException {
    if (!property("shared").isEmpty()) {
      copy(sources.resolve(SHARED).resolve(property("shared")));
    }
    copy(sources.resolve(name));
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
    return "| %s | %s | %s | %s | %s | %s | %s | %s | %s |"
        .formatted(
            property("generator"),
            isOnlyRead() ? property("version") : version,
            property("language"),
            isOnlyRead() ? "read, not run" : mark("builds"),
            mark("released"),
            mark("today"),
            mark("tomorrow"),
            mark("loose"),
            notes.isEmpty() ? "none" : String.join(" ", notes));
  }

  private String mark(String step) {
    return passed.contains(step) ? "✓" : "–";
  }
}
