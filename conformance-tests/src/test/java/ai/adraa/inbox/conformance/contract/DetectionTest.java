package ai.adraa.inbox.conformance.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The detection kit, as it is served: it finds what it should in text, and nothing else. The
 * samples are its own test vectors and tokens that the server has just made.
 */
@Tag("once")
class DetectionTest {
  /** A text, whether it holds what has a token's form, and whether that is a token. */
  private record Sample(String text, boolean matches, boolean isToken, boolean isSession) {
    boolean isSecret() {
      return isToken || isSession;
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, Sample> SAMPLES = new LinkedHashMap<>();
  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static final String token =
      inbox.createToken(inbox.workspace("acme"), "CRM integration").secret();
  private static Pattern form;

  @TempDir private Path directory;

  @BeforeAll
  static void read() throws IOException {
    form = published();
    for (JsonNode vector : JSON.readTree(kit("test-vectors.json")).get("vectors")) {
      SAMPLES.put(
          "vector-" + SAMPLES.size() + ".txt",
          new Sample(
              vector.get("text").asText(),
              vector.get("matches").asBoolean(),
              vector.get("isToken").asBoolean(),
              vector.get("isSession").asBoolean()));
    }
    for (Map.Entry<String, String> real :
        Map.of(
                "real.env", "ADRAA_TOKEN=%s\n",
                "real.json", "{\"text\":\"first\\n%s\\nlast\"}",
                "real.sh",
                    "curl https://api.inbox.adraa.ai/api/v1/me -H 'Authorization: Bearer %s'",
                "real.yaml", "token: \"%s\" # of the CRM",
                "real.html", "<b>%s</b>")
            .entrySet()) {
      SAMPLES.put(real.getKey(), new Sample(real.getValue().formatted(token), true, true, false));
    }
    SAMPLES.put(
        "real-session.env", new Sample("ADRAA_SESSION=" + session() + "\n", false, false, true));
    for (Map.Entry<String, String> other :
        Map.of(
                "guide.md", "Authorization: Bearer adraa_4f3c2b1a... or adraa_1a2b3c4d…",
                "sha256.txt", HexFormat.of().formatHex(new byte[32]),
                "form.txt", "adraa_[0-9a-f]{48}",
                "code.java", "String adraa_token = adraa_inbox_client;")
            .entrySet()) {
      SAMPLES.put(other.getKey(), new Sample(other.getValue(), false, false, false));
    }
  }

  @Test
  void formAndChecksumTellEachSample() {
    assertThat(SAMPLES.values()).filteredOn(Sample::isToken).hasSizeGreaterThan(6);
    assertThat(SAMPLES.values()).filteredOn(sample -> !sample.isToken()).hasSizeGreaterThan(8);
    SAMPLES.forEach(
        (name, sample) -> {
          List<String> found =
              form.matcher(sample.text()).results().map(match -> match.group()).toList();
          assertThat(!found.isEmpty()).as(name).isEqualTo(sample.matches());
          assertThat(found.stream().anyMatch(DetectionTest::hasChecksum))
              .as(name)
              .isEqualTo(sample.isToken());
        });
  }

  @Test
  void noVectorOpensAnything() {
    List<String> vectors =
        SAMPLES.values().stream()
            .map(Sample::text)
            .filter(text -> form.matcher(text).matches() && !text.equals(token))
            .toList();
    assertThat(vectors).isNotEmpty();
    for (String vector : vectors) {
      assertThat(inbox.verify(vector).statusCode()).as(vector).isEqualTo(401);
    }
  }

  @Test
  @Tag("contract")
  void theProgramFindsTokensAndShowsTheirPrefixOnly() throws Exception {
    Tool.require("check_token.py", List.of("python3"));
    Path program = Files.writeString(directory.resolve("check_token.py"), kit("check_token.py"));
    for (Map.Entry<String, Sample> sample : SAMPLES.entrySet()) {
      Path input = Files.writeString(directory.resolve("input"), sample.getValue().text(), UTF_8);
      Tool.Finished finished =
          Tool.run(
              new ProcessBuilder("python3", program.toString()).redirectInput(input.toFile()), 1);
      assertThat(finished.err()).isEmpty();
      assertThat(finished.exitCode())
          .as(sample.getKey())
          .isEqualTo(sample.getValue().isSecret() ? 1 : 0);
      assertThat(finished.out().strip())
          .as(sample.getKey())
          .matches(sample.getValue().isSecret() ? "adraa_(session_)?[0-9a-f]{8}[.]{3}" : "");
    }
  }

  @Test
  @Tag("contract")
  void theProgramReadsWhatIsNotUtf8() throws Exception {
    Tool.require("check_token.py", List.of("python3"));
    Path program = Files.writeString(directory.resolve("check_token.py"), kit("check_token.py"));
    Path input = directory.resolve("latin-1");
    for (String text : List.of("caf\u00e9", "caf\u00e9 " + token)) {
      Files.write(input, text.getBytes(ISO_8859_1));
      ProcessBuilder python =
          new ProcessBuilder("python3", program.toString()).redirectInput(input.toFile());
      python.environment().put("PYTHONIOENCODING", "ascii:strict");
      Tool.Finished finished = Tool.run(python, 1);
      assertThat(finished.err()).isEmpty();
      assertThat(finished.exitCode()).isEqualTo(text.contains(token) ? 1 : 0);
    }
  }

  @Test
  @Tag("contract")
  void gitleaksFindsAllOfThatFormButPlaceholders() throws Exception {
    Tool.require("gitleaks", List.of("go"));
    Path gitleaks = Path.of("target", "gitleaks").toAbsolutePath();
    Tool.run(
            Path.of("gitleaks"),
            10,
            Map.of(),
            "go",
            "build",
            "-o",
            gitleaks.toString(),
            "github.com/zricethezav/gitleaks/v8")
        .succeeded();
    Path rule = Files.writeString(directory.resolve("gitleaks.toml"), kit("gitleaks.toml"));
    Path texts = Files.createDirectory(directory.resolve("texts"));
    for (Map.Entry<String, Sample> sample : SAMPLES.entrySet()) {
      Files.writeString(texts.resolve(sample.getKey()), sample.getValue().text());
    }

    // Of the form, and without entropy.
    Files.writeString(texts.resolve("placeholder.env"), "ADRAA_TOKEN=adraa_" + "0".repeat(48));

    Path report = directory.resolve("report.json");
    Tool.run(
            directory,
            1,
            Map.of(),
            gitleaks.toString(),
            "dir",
            "--config",
            rule.toString(),
            "--report-format",
            "json",
            "--report-path",
            report.toString(),
            "--exit-code",
            "0",
            "texts")
        .succeeded();

    Set<String> found = new TreeSet<>();
    List<String> secrets = new ArrayList<>();
    for (JsonNode finding : JSON.readTree(report.toFile())) {
      assertThat(finding.get("RuleID").asText())
          .isEqualTo(
              finding.get("Secret").asText().startsWith("adraa_session_")
                  ? "adraa-inbox-session"
                  : "adraa-inbox-api-token");
      found.add(Path.of(finding.get("File").asText()).getFileName().toString());
      secrets.add(finding.get("Secret").asText());
    }
    assertThat(found)
        .containsExactlyInAnyOrderElementsOf(
            SAMPLES.keySet().stream()
                .filter(name -> SAMPLES.get(name).matches() || SAMPLES.get(name).isSession())
                .toList());
    assertThat(secrets)
        .allMatch(secret -> secret.matches("adraa_([0-9a-f]{48}|session_[0-9a-f]{64})"));
  }

  /** The regular expression as the served guide shows it. */
  private static Pattern published() throws IOException {
    String script = inbox.request().get("/docs/contract.js").asString();
    String guide =
        JSON.readTree(script.substring(script.indexOf('{'))).at("/info/description").asText();
    Matcher block = Pattern.compile("```regex\\n(.+)\\n```").matcher(guide);
    assertThat(block.find()).isTrue();
    return Pattern.compile(block.group(1));
  }

  private static String session() {
    return inbox.signInForBearer("admin@acme.example").session();
  }

  private static boolean hasChecksum(String candidate) {
    CRC32 crc = new CRC32();
    crc.update(candidate.substring(0, 46).getBytes(UTF_8));
    return candidate.endsWith(HexFormat.of().toHexDigits((int) crc.getValue()));
  }

  private static String kit(String file) {
    return inbox
        .request()
        .get("/docs/detection/" + file)
        .then()
        .statusCode(200)
        .extract()
        .body()
        .asString();
  }
}
