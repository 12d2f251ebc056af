package ai.adraa.inbox.conformance.documentation;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Pages;
import ai.adraa.inbox.server.cli.Main;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The pages agree with each other, with the command line and with the code. */
class DocumentationTest {
  private static final Pattern VARIABLE = Pattern.compile("\\bADRAA_[A-Z_]*[A-Z]\\b");
  private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");
  // A class, perhaps with one of its methods: TokenStore.revoke.
  private static final Pattern CLASS =
      Pattern.compile("((?:[A-Z][a-z0-9]+){2,})(?:\\.([a-z]\\w+))?");
  private static final Set<String> CLASSES_OF_OTHERS =
      Set.of(
          "PathMappingsHandler",
          "AccessToken",
          "ApiClient",
          "ApiError",
          "ApiKeyToken",
          "AsyncAppender",
          "AuthenticatedClient",
          "BearerToken",
          "CompletableFuture",
          "DelayedHandler",
          "EagerContentHandler",
          "GracefulHandler",
          "HostPort",
          "HttpBearerAuth",
          "InetAddressSet",
          "KeyStoreScanner",
          "ResourceHandler",
          "ResourceService",
          "RestClient",
          "SerializableTransactionRunner",
          "SizeLimitHandler",
          "TextTable",
          "NullPointerException");
  // The client and the tests' programs get these, not the server.
  private static final Set<String> VARIABLES_OF_OTHERS =
      Set.of("ADRAA_API_VERSION", "ADRAA_BASE_URL", "ADRAA_TOKEN", "ADRAA_URL");

  private static List<Pages.Page> pages;
  // By the words that follow the program's name; the first is empty.
  private static final Map<String, CommandLine> COMMANDS = new HashMap<>();

  @BeforeAll
  static void read() throws IOException {
    pages = Pages.all();
    assertThat(pages).hasSizeGreaterThan(10);
    collect("", Main.commandLine());
  }

  private static void collect(String words, CommandLine command) {
    COMMANDS.put(words, command);
    command
        .getSubcommands()
        .forEach((name, subcommand) -> collect((words + " " + name).strip(), subcommand));
  }

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Pages.Page page : pages) {
      for (String link : page.links()) {
        if (!link.matches("https?://.*") && !resolves(page, link)) {
          broken.add(page + ": " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static boolean resolves(Pages.Page page, String link) throws IOException {
    Path file = target(page, link);
    int anchor = link.indexOf('#');
    if (!Files.exists(file) || !file.startsWith(Pages.PROJECT)) {
      return false;
    }
    return anchor < 0
        || new Pages.Page(file, Files.readString(file))
            .anchors()
            .contains(link.substring(anchor + 1));
  }

  private static Path target(Pages.Page page, String link) {
    String path = link.replaceAll("#.*", "");
    return path.isEmpty() ? page.file() : page.file().resolveSibling(path).normalize();
  }

  @Test
  void linksLeadFromReadmeToEveryPage() {
    Map<Path, Pages.Page> left = new HashMap<>();
    pages.forEach(page -> left.put(page.file(), page));
    Deque<Pages.Page> next = new ArrayDeque<>();
    next.add(left.remove(Pages.PROJECT.resolve("README.md")));
    while (!next.isEmpty()) {
      Pages.Page page = next.remove();
      for (String link : page.links()) {
        Pages.Page linked = left.remove(target(page, link));
        if (linked != null) {
          next.add(linked);
        }
      }
    }
    assertThat(left.values()).isEmpty();
  }

  @Test
  void readmeStaysShort() throws IOException {
    assertThat(Files.readAllLines(Pages.PROJECT.resolve("README.md")))
        .hasSizeLessThanOrEqualTo(150);
  }

  @Test
  void everyVariableNamedExists() throws IOException {
    Set<String> existing = new TreeSet<>(VARIABLES_OF_OTHERS);
    COMMANDS.values().stream()
        .flatMap(command -> command.getCommandSpec().options().stream())
        .forEach(option -> existing.addAll(matches(VARIABLE, variable(option))));
    try (InputStream in = Main.class.getResourceAsStream("/logback.xml")) {
      existing.addAll(matches(VARIABLE, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    }
    Set<String> named = new TreeSet<>();
    pages.forEach(page -> named.addAll(matches(VARIABLE, page.text())));

    assertThat(existing).containsAll(named);
  }

  @Test
  void everyOptionNamedExists() {
    Set<String> existing = options(COMMANDS.values().stream());
    List<String> unknown = new ArrayList<>();
    for (Pages.Page page : pages) {
      for (String span : page.spans()) {
        String firstWord = span.split(" ")[0];
        if (firstWord.startsWith("--") || COMMANDS.containsKey(firstWord)) {
          matches(OPTION, span).stream()
              .filter(option -> !existing.contains(option))
              .forEach(option -> unknown.add(page + ": " + span));
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void everyCommandShownIsRight() {
    List<String> wrong = new ArrayList<>();
    int shown = 0;
    for (Pages.Page page : pages) {
      for (String command : page.commands()) {
        if (command.contains("adraa-inbox-server.jar ")) {
          List<String> arguments = Pages.arguments(command);
          // The lines that install or build the jar name it too.
          if (!arguments.isEmpty() && COMMANDS.containsKey(arguments.get(0))) {
            shown++;
            try {
              Main.commandLine().parseArgs(arguments.toArray(String[]::new));
            } catch (CommandLine.ParameterException e) {
              wrong.add(page + ": " + command + ": " + e.getMessage());
            }
          } else if (command.startsWith("java")) {
            wrong.add(page + ": " + command);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(shown).isGreaterThan(10);
  }

  @Test
  void everyCommandAndOptionIsDocumented() throws IOException {
    String text = Pages.page("server/README.md").text();
    COMMANDS.forEach(
        (words, command) -> {
          if (command.getSubcommands().isEmpty()) {
            assertThat(text).containsPattern("[`( ]" + words + "\\b");
          }
        });
    for (OptionSpec option : COMMANDS.get("serve").getCommandSpec().options()) {
      if (!option.usageHelp() && !option.versionHelp()) {
        assertThat(text).contains("`" + option.longestName() + "`");
        assertThat(matches(VARIABLE, variable(option)))
            .isNotEmpty()
            .allSatisfy(variable -> assertThat(text).contains("`" + variable + "`"));
      }
    }
  }

  @Test
  void everyClassNamedExists() throws IOException {
    Map<String, Path> classes = new HashMap<>();
    for (Path file : Pages.files(".java")) {
      classes.put(file.getFileName().toString().replace(".java", ""), file);
    }
    List<String> unknown = new ArrayList<>();
    for (Pages.Page page : pages) {
      for (String span : page.spans()) {
        Matcher named = CLASS.matcher(span);
        if (named.matches() && !CLASSES_OF_OTHERS.contains(named.group(1))) {
          Path file = classes.get(named.group(1));
          // Interfaces such as TokensApi are generated.
          boolean exists =
              file == null
                  ? named.group(1).endsWith("Api")
                  : named.group(2) == null
                      || Files.readString(file).contains(" " + named.group(2) + "(");
          if (!exists) {
            unknown.add(page + ": " + span);
          }
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void everyTestClassIsListed() throws IOException {
    String text = Pages.page("conformance-tests/README.md").text();
    for (Path file : Pages.files("Test.java")) {
      if (!file.startsWith(Pages.PROJECT.resolve("client"))) {
        assertThat(text).contains("`" + file.getFileName().toString().replace(".java", "") + "`");
      }
    }
  }

  @Test
  void theTableOfGeneratorsHasEveryPartner() throws IOException {
    List<String> rows = Pages.page("openapi/README.md").text().lines().toList();
    for (Path file : Pages.files("partner.properties")) {
      Properties partner = new Properties();
      try (var in = Files.newBufferedReader(file)) {
        partner.load(in);
      }
      if (partner.containsKey("generator")) {
        List<String> notes =
            Stream.of("unsafe", "workaround")
                .map(note -> partner.getProperty(note, "").strip())
                .filter(note -> !note.isEmpty())
                .toList();
        assertThat(rows)
            .as(file.toString())
            .anyMatch(
                row ->
                    row.startsWith("| " + partner.getProperty("generator").strip() + " | ")
                        && notes.stream().allMatch(row::contains)
                        && row.endsWith(
                            (notes.isEmpty() ? "none" : notes.get(notes.size() - 1)) + " |"));
      }
    }
  }

  private static Set<String> options(Stream<CommandLine> commands) {
    return commands
        .flatMap(command -> command.getCommandSpec().options().stream())
        .flatMap(option -> Stream.of(option.names()))
        .collect(toCollection(TreeSet::new));
  }

  /** Where the option's value comes from if the command line does not have it. */
  /** The name of its environment variable; empty for a flag, which has none. */
  private static String variable(OptionSpec option) {
    return option.arity().max() == 0
        ? ""
        : "ADRAA_" + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group()).toList();
  }
}
