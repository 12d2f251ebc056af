package ai.adraa.inbox.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The libraries in the one jar are those that were chosen, and its list of them names each. */
class SbomTest {
  /** Parts of jdbi3-core and of angus-mail, whose own jars hold them. */
  private static final List<String> REPACKAGED =
      List.of(
          "org.antlr:antlr4-runtime:",
          "org.eclipse.angus:angus-core:",
          "org.eclipse.angus:imap:",
          "org.eclipse.angus:logging-mailhandler:",
          "org.eclipse.angus:pop3:",
          "org.eclipse.angus:smtp:");

  private static final Path PINNED =
      Path.of("..", "server", "src", "packaging", "dependencies.sha256");

  @Test
  void eachLibraryHasTheBytesThatArePinned() throws IOException {
    List<Map<String, Object>> components;
    try (JarFile jar = new JarFile(System.getProperty("serverJar"))) {
      components = bom(jar).getList("components");
    }
    List<String> lines = new ArrayList<>();
    for (Map<String, Object> component : components) {
      if (!"ai.adraa.inbox".equals(component.get("group"))) {
        lines.add(sha256(component) + "  " + coordinates(component));
      }
    }
    // What the build really used, to be copied when a version is changed on purpose.
    Path used = Files.write(Path.of("target", "dependencies.sha256"), lines);
    assertThat(Files.readAllLines(PINNED))
        .as("%s: after a change on purpose copy %s to it", PINNED, used)
        .containsExactlyInAnyOrderElementsOf(lines);
  }

  @Test
  void namesEachLibraryInTheJarWithItsLicence() throws IOException {
    try (JarFile jar = new JarFile(System.getProperty("serverJar"))) {
      JsonPath bom = bom(jar);
      List<Map<String, Object>> components = bom.getList("components");
      Set<String> listed =
          components.stream().map(SbomTest::coordinates).collect(Collectors.toSet());
      Set<String> packed = new TreeSet<>();
      for (JarEntry entry : jar.stream().toList()) {
        if (entry.getName().matches("META-INF/maven/.*/pom\\.properties")) {
          Properties coordinates = new Properties();
          try (InputStream in = jar.getInputStream(entry)) {
            coordinates.load(in);
          }
          String name =
              "%s:%s:%s"
                  .formatted(
                      coordinates.getProperty("groupId"),
                      coordinates.getProperty("artifactId"),
                      coordinates.getProperty("version"));
          if (!name.startsWith("ai.adraa.inbox:adraa-inbox-server:")
              && REPACKAGED.stream().noneMatch(name::startsWith)) {
            packed.add(name);
          }
        }
      }
      assertThat(packed).hasSizeGreaterThan(20);
      assertThat(listed).containsAll(packed);
      for (Map<String, Object> component : components) {
        if (!"ai.adraa.inbox".equals(component.get("group"))) {
          assertThat(component).as("%s", component.get("name")).containsKeys("licenses", "hashes");
        }
      }
      // Two builds of one commit have the same list.
      assertThat(bom.getMap("$")).doesNotContainKey("serialNumber");
    }
  }

  private static JsonPath bom(JarFile jar) throws IOException {
    try (InputStream in =
        jar.getInputStream(jar.getEntry("META-INF/sbom/adraa-inbox-server.cdx.json"))) {
      return JsonPath.from(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static String coordinates(Map<String, Object> component) {
    return component.get("group") + ":" + component.get("name") + ":" + component.get("version");
  }

  private static String sha256(Map<String, Object> component) {
    return ((List<?>) component.get("hashes"))
        .stream()
            .map(hash -> (Map<?, ?>) hash)
            .filter(hash -> "SHA-256".equals(hash.get("alg")))
            .map(hash -> (String) hash.get("content"))
            .findFirst()
            .orElseThrow();
  }
}
