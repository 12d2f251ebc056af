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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Builds the API reference as a self-contained folder: the contract with the guide as its
 * introduction, the table of error codes, and code samples for each operation. The samples are
 * excerpts of the programs that the conformance tests run. An operation with {@code x-only-caller}
 * has no samples: only the system that {@code x-only-caller} names sends it. Only this module's
 * build uses it.
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

  /**
   * A language of the samples.
   *
   * @param program the program that contains them
   * @param baseUrl how the program reads the base URL; the samples contain the URL instead
   * @param quote around the URL
   */
  private record Language(
      String label, String lang, String program, String baseUrl, String quote) {}

  private static final List<Language> LANGUAGES =
      List.of(
          new Language("curl", "shell", "curl/run.sh", "$ADRAA_BASE_URL", ""),
          new Language(
              "Java",
              "java",
              "adraa-inbox-client/Partner.java",
              "System.getenv(\"ADRAA_BASE_URL\")",
              "\""),
          new Language(
              "TypeScript",
              "typescript",
              "openapi-fetch/partner.ts",
              "process.env.ADRAA_BASE_URL",
              "\""),
          new Language(
              "Python", "python", "python/partner.py", "os.environ[\"ADRAA_BASE_URL\"]", "\""));

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
    write("detection/test-vectors.json", pretty(TestVectors.build()));
    write("scalar.js", scalar());

    ObjectNode shown = contract.deepCopy();
    ((ObjectNode) shown.get("info")).put("description", guide());
    Map<String, Map<String, String>> samples = samples();
    shown.remove("externalDocs"); // It links to this page.
    Map<String, ObjectNode> operations = operations(shown);
    operations.forEach(
        (id, operation) -> {
          describe(operation);
          if (!operation.has("x-only-caller")) {
            addSamples(operation, samples.get(id), id);
          }
        });
    write("contract.js", "window.contract = " + JSON.writeValueAsString(shown) + ";\n");
  }

  private String guide() throws IOException {
    return fill(
        Files.readString(sources.resolve("guide.md")),
        Map.of(
            "verify",
            """
            curl %s/api/v1/me \\
              -H "Authorization: Bearer adraa_..."\
            """
                .formatted(baseUrl()),
            "baseUrl",
            baseUrl(),
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
            contract.at("/components/securitySchemes/bearerToken/x-token-format").asText() + "\\b",
            "sessionRegex",
            contract.at("/components/securitySchemes/bearerToken/x-session-format").asText()
                + "\\b",
            "check",
            excerpt(Files.readString(sources.resolve("check_token.py")), "import re", "if __name__")
                .replace("import sys\n", ""),
            "generators",
            excerpt(
                Files.readString(project.resolve("openapi/README.md")),
                "<!-- generators -->",
                "<!-- end -->")));
  }

  private String baseUrl() {
    return contract.requiredAt("/servers/0/url").asText();
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
                  .put(language.label(), withBaseUrl(setup + source, language)));
    }
    return samples;
  }

  private String withBaseUrl(String sample, Language language) {
    String shown =
        sample.replace(language.baseUrl(), language.quote() + baseUrl() + language.quote());
    if (shown.contains("ADRAA_BASE_URL")) {
      throw new IllegalStateException("A sample reads the base URL in another way: " + shown);
    }
    return shown;
  }

  /**
   * Adds to the description what Scalar does not show beside a sample: all examples of the request,
   * and the credentials that the operation accepts.
   */
  private static void describe(ObjectNode operation) {
    StringBuilder description = new StringBuilder(operation.get("description").asText().strip());
    JsonNode examples = operation.at("/requestBody/content/application~1json/examples");
    if (examples.size() > 1) {
      examples.forEach(
          example ->
              description.append(
                  "\n\n%s:\n\n```json\n%s\n```"
                      .formatted(
                          example.get("summary").asText(), pretty(example.get("value")).strip())));
      // Scalar would offer a choice that does not change the sample.
      ((ObjectNode) examples).retain(examples.fieldNames().next());
    }
    JsonNode security = operation.get("security");
    if (security.size() > 0) {
      description.append("\n\nThe request must contain ");
      description.append(
          security.size() > 1 ? "one of these credentials:\n" : "this credential:\n");
      // One scheme is for both secrets; the operations that accept a session accept its cookie too.
      boolean ofSession = !security.findValues("sessionCookie").isEmpty();
      security.forEach(
          scheme ->
              description.append("\n- ").append(credential(scheme.fieldNames().next(), ofSession)));
    }
    operation.put("description", description.toString());
  }

  /** Returns where to send a credential, and what it is. */
  private static String credential(String scheme, boolean ofSession) {
    return switch (scheme) {
      case "bearerToken" ->
          ofSession
              ? "`Authorization: Bearer adraa_session_…`: the secret of a console session, from"
                  + " `signIn` with `\"credential\": \"bearer\"`"
              : "`Authorization: Bearer adraa_…`: a workspace API token";
      case "sessionCookie" ->
          "`Cookie: adraa_session=…`: the cookie that `signIn` sets, for browsers";
      default -> throw new IllegalStateException("No description of the scheme " + scheme);
    };
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
