package ai.adraa.inbox.conformance.partners;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.conformance.support.Mailbox;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
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
 * must see the same in every language, on every {@link Day}. Partners of one language share the
 * files of a folder of {@code partners/shared}.
 */
@Tag("once")
@Tag("partners")
class PartnersTest {
  private static final Path SOURCES = Path.of("partners");
  private static final Path TARGET = Path.of("target", "partners");
  private static final String ONLY = System.getProperty("partners", "");

  private static final List<String> OF_RELEASE =
      List.of("adraa-inbox-client", "go", "java", "php", "python", "typescript-fetch");

  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static final Deployment today = Deployment.of(inbox, contract());
  @AutoClose private static final Mailbox mail = Mailbox.start();
  private static Optional<ReleasedVersion> version = Optional.empty();
  @AutoClose private static Release released;
  @AutoClose private static Release tomorrow;
  @AutoClose private static Release loose;

  private static Deployment ofRelease;

  @BeforeAll
  static void start() throws Exception {
    version = ReleasedVersion.build();
    if (version.isPresent()) {
      Deployment old = version.get().start(mail);
      if (version.get().version().startsWith("1.0.")) {
        released = Release.before(old.url(), Day.RELEASED);
        old = old.behind(released.url());
      }
      ofRelease = old;
    }
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
              .filter(folder -> !folder.endsWith(Partner.SHARED))
              .map(folder -> folder.getFileName().toString())
              .filter(name -> ONLY.isEmpty() || List.of(ONLY.split(",")).contains(name))
              .sorted()
              .map(name -> new Partner(name, SOURCES, TARGET))
              .toList();
    }
    Stream<DynamicNode> conversations =
        partners.stream()
            .filter(partner -> !partner.isOnlyRead())
            .map(
                partner ->
                    dynamicContainer(
                        partner.name(),
                        List.of(
                            dynamicTest(
                                "generates and builds",
                                () -> partner.build(contract(), clientClasspath())),
                            dynamicTest(
                                "works with the released server",
                                () -> partner.run(released(), Day.RELEASED)),
                            dynamicTest("works today", () -> partner.run(today, Day.TODAY)),
                            dynamicTest(
                                "works tomorrow",
                                () -> partner.run(today.behind(tomorrow.url()), Day.TOMORROW)),
                            dynamicTest(
                                "works with looser limits",
                                () -> partner.run(today.behind(loose.url()), Day.LOOSE)))));
    return Stream.concat(
        conversations,
        Stream.of(dynamicTest("the table shows what ran", () -> compareWithTable(partners))));
  }

  /**
   * Programs that partners built from the released contract run against today's server. Most
   * languages, one generator of each.
   */
  @TestFactory
  Stream<DynamicNode> partnersOfTheRelease() {
    return version.stream().flatMap(PartnersTest::partnersOf);
  }

  private static Stream<DynamicNode> partnersOf(ReleasedVersion release) {
    return OF_RELEASE.stream()
        .filter(name -> ONLY.isEmpty() || List.of(ONLY.split(",")).contains(name))
        .map(name -> new Partner(name, release.partners(), TARGET.resolve("of-release")))
        .map(
            partner ->
                dynamicContainer(
                    partner.name() + " of " + release.version(),
                    List.of(
                        dynamicTest(
                            "generates and builds",
                            () ->
                                partner.build(
                                    release.contract(),
                                    release.client()
                                        + File.pathSeparator
                                        + clientClasspath().split(File.pathSeparator, 2)[1])),
                        dynamicTest("works today", () -> partner.run(today, Day.TODAY)))));
  }

  private static Deployment released() {
    Assumptions.assumeTrue(version.isPresent(), "this checkout has no history");
    return ofRelease;
  }

  @AfterAll
  static void stop() throws Exception {
    if (version.isPresent()) {
      version.get().close();
    }
  }

  private static String contract() {
    return inbox.request().get("/openapi.yaml").then().statusCode(200).extract().body().asString();
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

        | generator | version | language | builds | %s | today | tomorrow | loose | workaround |
        |---|---|---|---|---|---|---|---|---|
        %s
        """
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                version.map(ReleasedVersion::version).orElse("released").replaceAll("\\.0$", ""),
                String.join("\n", rows)));
    Assumptions.assumeTrue(
        partners.stream().allMatch(Partner::isComplete)
            || (Tool.isRequired() && version.isPresent()),
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
}
