package ai.adraa.inbox.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Builds the API reference as a self-contained folder: the contract with the guide as its
 * introduction, the table of error codes, and code samples for each operation. The samples are
 * excerpts of the programs that the conformance tests run. Only this module's build uses it.
 */
final class ReferenceBuilder {
  private static final String SCALAR = "/META-INF/resources/webjars/scalar/scalar.js";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DefaultPrettyPrinter PRETTY =
      new DefaultPrettyPrinter(
          Separators.createDefaultInstance()
              .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
              .withArrayEmptySeparator("")
              .withObjectEmptySeparator(""));
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");
  private static final Pattern SAMPLE =
      Pattern.compile("(?ms)^ *(?:#|//) sample: (\\w+)\\n(.*?)^ *(?:#|//) end$");

  /** A language of the samples and the program that contains them. */
  private record Language(String label, String lang, String program) {}

  private static final List<Language> LANGUAGES =
      List.of(
          new Language("curl", "shell", "curl/run.sh"),
          new Language("Java", "java", "adraa-inbox-client/Partner.java"),
          new Language("TypeScript", "typescript", "openapi-fetch/partner.ts"),
          new Language("Python", "python", "python/partner.py"));

  private final Path project;
  private final Path sources;
  private final Path target;
  private final ObjectNode contract;

  private ReferenceBuilder(Path project, Path target) throws IOException {
    this.project = project;
    this.sources = project.resolve("openapi/reference");
    this.target = target;
    // Jackson's YAML parser does not resolve anchors.
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    try (var in = Files.newBufferedReader(project.resolve("openapi/adraa-inbox.yaml"))) {
      this.contract = JSON.valueToTree(yaml.load(in));
    }
  }

  /**
   * Builds the reference.
   *
   * @param arguments the project's directory and the target directory
   */
  public static void main(String[] arguments) throws IOException {
    new ReferenceBuilder(Path.of(arguments[0]), Path.of(arguments[1])).build();
  }

  private void build() throws IOException {
    Files.createDirectories(target.resolve("detection"));
    write("openapi.yaml", Files.readString(project.resolve("openapi/adraa-inbox.yaml")));
    write("openapi.json", pretty(contract));
    for (String file : List.of("index.html", "reference.js", "reference.css", "icon.svg")) {
      write(file, Files.readString(sources.resolve(file)));
    }
    for (String file : List.of("gitleaks.toml", "check_token.py")) {
      write("detection/" + file, Files.readString(sources.resolve(file)));
    }
    write("detection/test-vectors.json", pretty(testVectors()));
    write("scalar.js", scalar());

    ObjectNode shown = contract.deepCopy();
    ((ObjectNode) shown.get("info")).put("description", guide());
    Map<String, Map<String, String>> samples = samples();
    shown.remove("externalDocs"); // It links to this page.
    Map<String, ObjectNode> operations = operations(shown);
    // Sorted like the operations: linters require the contract's tags to be sorted by name.
    List<String> order =
        operations.values().stream()
            .map(operation -> operation.at("/tags/0").asText())
            .distinct()
            .toList();
    List<JsonNode> tags = new ArrayList<>();
    shown.get("tags").forEach(tags::add);
    tags.sort(Comparator.comparing(tag -> order.indexOf(tag.get("name").asText())));
    shown.putArray("tags").addAll(tags);
    operations.forEach((id, operation) -> addSamples(operation, samples.get(id), id));
    write("contract.js", "window.contract = " + JSON.writeValueAsString(shown) + ";\n");
  }

  private String guide() throws IOException {
    String baseUrl = contract.at("/servers/0/url").asText();
    return fill(
        Files.readString(sources.resolve("guide.md")),
        Map.of(
            "verify",
            """
            curl %s/api/v1/me \\
              -H "Authorization: Bearer adraa_..."\
            """
                .formatted(baseUrl),
            "baseUrl",
            baseUrl,
            "verified",
            pretty(contract.at("/components/examples/TokenVerification/value")).strip(),
            "error",
            pretty(contract.at("/components/examples/InvalidApiToken/value")).strip(),
            "errors",
            errorCodes(),
            "errorsOfNoOperation",
            errorsOfNoOperation(),
            "regex",
            // The token must not continue.
            contract.at("/components/securitySchemes/bearerToken/bearerFormat").asText() + "\\b",
            "sessionRegex",
            contract.at("/components/securitySchemes/bearerSession/bearerFormat").asText() + "\\b",
            "check",
            excerpt(Files.readString(sources.resolve("check_token.py")), "import re", "if __name__")
                .replace("import sys\n", ""),
            "generators",
            excerpt(
                Files.readString(project.resolve("openapi/README.md")),
                "<!-- generators -->",
                "<!-- end -->")));
  }

  private String errorCodes() {
    StringBuilder table = new StringBuilder("| code | status | meaning | what to do |\n");
    table.append("|---|---|---|---|\n");
    contract
        .get("x-error-codes")
        .forEach(
            row ->
                table.append(
                    "| `%s` | %s | %s | %s |\n"
                        .formatted(
                            row.get("code").asText(),
                            row.get("status").asInt(),
                            row.get("meaning").asText(),
                            row.get("action").asText())));
    return table.toString().strip();
  }

  /** Returns the errors that no operation's examples show: the server rejects any such request. */
  private String errorsOfNoOperation() {
    String shown = contract.at("/components/examples").toString();
    StringBuilder answers = new StringBuilder();
    contract
        .get("x-error-codes")
        .forEach(
            row -> {
              if (!shown.contains('"' + row.get("code").asText() + '"')) {
                ObjectNode answer = JSON.createObjectNode();
                answer
                    .putObject("error")
                    .put("code", row.get("code").asText())
                    .put("message", row.get("message").asText());
                answers.append(answer).append('\n');
              }
            });
    return answers.toString().strip();
  }

  /** Returns, by operation, the sample in each language. */
  private Map<String, Map<String, String>> samples() throws IOException {
    Map<String, Map<String, String>> samples = new LinkedHashMap<>();
    for (Language language : LANGUAGES) {
      String program =
          Files.readString(
              project.resolve("conformance-tests/partners").resolve(language.program()));
      Matcher matcher = SAMPLE.matcher(program);
      Map<String, String> sources = new LinkedHashMap<>();
      while (matcher.find()) {
        sources.put(matcher.group(1), matcher.group(2).stripTrailing().stripIndent());
      }
      String setup = sources.containsKey("setup") ? sources.remove("setup") + "\n\n" : "";
      sources.forEach(
          (id, source) ->
              samples
                  .computeIfAbsent(id, unused -> new LinkedHashMap<>())
                  .put(language.label(), setup + source));
    }
    return samples;
  }

  private static void addSamples(ObjectNode operation, Map<String, String> sources, String id) {
    ArrayNode samples = operation.putArray("x-codeSamples");
    for (Language language : LANGUAGES) {
      if (sources == null || !sources.containsKey(language.label())) {
        throw new IllegalStateException("No " + language.label() + " sample for " + id);
      }
      samples
          .addObject()
          .put("label", language.label())
          .put("lang", language.lang())
          .put("source", sources.get(language.label()));
    }
  }

  private static Map<String, ObjectNode> operations(ObjectNode contract) {
    Map<String, ObjectNode> operations = new LinkedHashMap<>();
    contract
        .get("paths")
        .forEach(
            path ->
                path.forEach(
                    operation -> {
                      if (operation.has("operationId")) {
                        operations.put(
                            operation.get("operationId").asText(), (ObjectNode) operation);
                      }
                    }));
    return operations;
  }

  /** Returns strings with the result that a scanner must report. None is a real token. */
  private static ObjectNode testVectors() {
    ObjectNode vectors = JSON.createObjectNode();
    vectors.put(
        "description", "Test strings and what a scanner must report. None is a real token.");
    ArrayNode list = vectors.putArray("vectors");
    String token = "";
    for (String random :
        List.of("example-not-a-secret", "example-number-00002", "example-number-00003")) {
      token = token(random);
      vector(
          list,
          token,
          true,
          true,
          "a token: the last 8 digits are the CRC-32 of the characters before them");
    }
    vector(list, "TOKEN=" + token + ";", true, true, "a token inside a line");
    String wrong = token.substring(0, 53) + (token.endsWith("0") ? "1" : "0");
    vector(list, wrong, true, false, "the checksum is wrong");
    vector(list, token.substring(0, 53), false, false, "a digit is missing");
    vector(list, token + "0", false, false, "there is one digit too many");
    vector(
        list,
        "adraa_" + token.substring(6).toUpperCase(Locale.ROOT),
        false,
        false,
        "capital letters");
    vector(list, token.substring(0, 14) + "…", false, false, "a prefix, as the console shows it");
    vector(list, token.replace('_', '-'), false, false, "a hyphen instead of the underscore");
    String session = session("example-session-not-a-secret-01");
    session(list, session, true, "a session: it has no checksum");
    session(list, "Authorization: Bearer " + session + "\n", true, "a session in a header");
    session(list, session.substring(0, 77), false, "a digit of the session is missing");
    session(list, session + "0", false, "the session has one digit too many");
    session(list, "Cookie: adraa_session=" + token.substring(6), false, "a cookie");
    return vectors;
  }

  private static String token(String random) {
    String checked =
        "adraa_" + HexFormat.of().formatHex(random.getBytes(StandardCharsets.US_ASCII));
    CRC32 crc = new CRC32();
    crc.update(checked.getBytes(StandardCharsets.US_ASCII));
    return checked + HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static String session(String random) {
    byte[] bits = Arrays.copyOf(random.getBytes(StandardCharsets.US_ASCII), 32);
    return "adraa_session_" + HexFormat.of().formatHex(bits);
  }

  private static void session(ArrayNode vectors, String text, boolean isSession, String reason) {
    vector(vectors, text, false, false, isSession, reason);
  }

  private static void vector(
      ArrayNode vectors, String text, boolean matches, boolean isToken, String reason) {
    vector(vectors, text, matches, isToken, false, reason);
  }

  private static void vector(
      ArrayNode vectors,
      String text,
      boolean matches,
      boolean isToken,
      boolean isSession,
      String reason) {
    vectors
        .addObject()
        .put("text", text)
        .put("matches", matches)
        .put("isToken", isToken)
        .put("isSession", isSession)
        .put("reason", reason);
  }

  private static String scalar() throws IOException {
    try (InputStream in = ReferenceBuilder.class.getResourceAsStream(SCALAR)) {
      if (in == null) {
        throw new IllegalStateException("Not on the class path: " + SCALAR);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String fill(String template, Map<String, String> values) {
    return PLACEHOLDER
        .matcher(template)
        .replaceAll(
            (MatchResult placeholder) -> {
              String value = values.get(placeholder.group(1));
              if (value == null) {
                throw new IllegalStateException("No value for " + placeholder.group());
              }
              return Matcher.quoteReplacement(value);
            });
  }

  private static String excerpt(String text, String from, String to) {
    int start = text.indexOf(from);
    int end = text.indexOf(to, start);
    if (start < 0 || end < 0) {
      throw new IllegalStateException("Nothing between " + from + " and " + to);
    }
    return text.substring(start, end).strip();
  }

  private static String pretty(Object json) {
    try {
      return JSON.writer(PRETTY).writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(target.resolve(name), text);
  }
}
