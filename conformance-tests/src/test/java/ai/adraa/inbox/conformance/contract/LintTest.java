package ai.adraa.inbox.conformance.contract;

import static ai.adraa.inbox.conformance.support.Contract.at;
import static ai.adraa.inbox.conformance.support.Contract.operation;
import static ai.adraa.inbox.conformance.support.Contract.schema;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.Tool;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.core.util.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Two linters and the rules of this house find nothing in the contract, and find what is wrong. */
@Tag("once")
@Tag("contract")
class LintTest {
  private static final Path SOURCES = Path.of("..", "openapi", "lint");
  private static final Path TARGET = Path.of("target", "lint").toAbsolutePath();
  private static final Map<String, String> ENVIRONMENT =
      Map.of("REDOCLY_TELEMETRY", "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
  private static final int MINUTES = 5;

  /** For each rule of this house a change that breaks it and no other, and for one of Spectral. */
  private static final Map<String, Consumer<ObjectNode>> BREAK_SPECTRAL =
      Map.ofEntries(
          entry("operation-description", c -> operation(c, "verifyToken").remove("description")),
          entry("contact-properties", c -> at(c, "/info/contact").remove("url")),
          entry(
              "operation-id-verb-noun",
              c -> operation(c, "verifyToken").put("operationId", "tokenVerification")),
          entry(
              "path-is-versioned",
              c -> {
                ObjectNode paths = at(c, "/paths");
                paths.set("/api/me", paths.remove("/api/v1/me"));
              }),
          entry(
              "name-is-camel-case",
              c -> schema(c, "Actor/properties").putObject("last_seen").put("type", "boolean")),
          entry("security-is-declared", c -> operation(c, "requestSignInCode").remove("security")),
          entry(
              "error-is-shared",
              c ->
                  at(operation(c, "getToken"), "/responses")
                      .set("404", at(c, "/components/responses/TokenNotFound"))),
          entry(
              "refusal-is-documented",
              c -> at(operation(c, "getToken"), "/responses").remove("406")),
          entry(
              "content-is-named",
              c ->
                  at(operation(c, "getToken"), "/responses/200/content/application~1json")
                      .set("schema", schema(c, "TokenResponse"))),
          entry(
              "object-is-named",
              c -> schema(c, "ApiToken/properties").set("createdBy", schema(c, "Actor"))),
          entry(
              "content-has-examples",
              c ->
                  at(operation(c, "createToken"), "/requestBody/content/application~1json")
                      .remove("examples")),
          entry("request-is-closed", c -> schema(c, "NewToken").remove("additionalProperties")),
          entry(
              "request-string-is-bounded",
              c -> at(operation(c, "listTokens"), "/parameters/0/schema").remove("enum")),
          entry("answer-is-open", c -> schema(c, "Actor").remove("additionalProperties")),
          entry(
              "answer-enum-is-open",
              c ->
                  schema(c, "ApiToken/properties/status")
                      .putArray("enum")
                      .add("active")
                      .add("revoked")),
          entry(
              "answer-has-request-id",
              c -> at(operation(c, "signOut"), "/responses/204/headers").remove("X-Request-Id")),
          entry(
              "wait-is-told",
              c -> at(c, "/components/responses/RateLimitExceeded/headers").remove("Retry-After")),
          entry(
              "answer-has-no-constraint",
              c -> schema(c, "ApiToken/properties/prefix").put("maxLength", 14)),
          entry(
              "request-array-is-bounded",
              c ->
                  schema(c, "NewToken/properties")
                      .putObject("scopes")
                      .put("type", "array")
                      .putObject("items")
                      .put("type", "boolean")),
          entry(
              "schema-is-no-parameter-object",
              c -> {
                schemas(c).set("CreateTokenRequest", schemas(c).remove("NewToken"));
                at(operation(c, "createToken"), "/requestBody/content/application~1json/schema")
                    .put("$ref", "#/components/schemas/CreateTokenRequest");
              }),
          entry(
              "query-enum-is-inline",
              c -> {
                ObjectNode status = (ObjectNode) operation(c, "listTokens").at("/parameters/0");
                schemas(c).set("TokenStatus", status.get("schema"));
                status.putObject("schema").put("$ref", "#/components/schemas/TokenStatus");
              }),
          entry(
              "query-time-is-text",
              c ->
                  at(operation(c, "listTokens"), "/parameters/4/schema")
                      .put("format", "date-time")),
          entry(
              "list-is-paged",
              c -> at(operation(c, "listTokens"), "/parameters/1/schema").remove("default")),
          entry(
              "absent-is-not-null",
              c -> schema(c, "ApiToken/properties/lastUsedAt").put("nullable", true)),
          entry(
              "id-is-an-id",
              c -> schema(c, "Company/properties").putObject("id").put("type", "string")),
          entry(
              "time-is-date-time",
              c -> schema(c, "ApiToken/properties/createdAt").remove("format")),
          entry(
              "secret-is-hidden",
              c -> schema(c, "CreatedToken/properties/secret").remove("format")));

  private static final Map<String, Consumer<ObjectNode>> BREAK_REDOCLY =
      Map.of("operation-summary", c -> operation(c, "verifyToken").remove("summary"));

  @BeforeAll
  static void install() throws IOException, InterruptedException {
    Tool.require("linters", List.of("node", "npm"));
    Files.createDirectories(TARGET);
    for (String file :
        List.of(".npmrc", "package.json", "package-lock.json", "spectral.yaml", "redocly.yaml")) {
      Files.copy(SOURCES.resolve(file), TARGET.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    Files.copy(
        SOURCES.resolve("../adraa-inbox.yaml"),
        TARGET.resolve("adraa-inbox.yaml"),
        StandardCopyOption.REPLACE_EXISTING);
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund").succeeded();
  }

  @Test
  void spectralFindsNothing() throws IOException, InterruptedException {
    assertThat(spectral("adraa-inbox.yaml").succeeded().out().strip()).isEqualTo("[]");
  }

  @Test
  void redoclyFindsNothing() throws IOException, InterruptedException {
    JsonNode report = Json.mapper().readTree(redocly("adraa-inbox.yaml").succeeded().out());
    assertThat(report.path("totals").toString())
        .isEqualTo("{\"errors\":0,\"warnings\":0,\"ignored\":0}");
  }

  @Test
  void spectralFindsWhateverBreaksARule() throws IOException, InterruptedException {
    Map<String, Object> ruleset =
        new Yaml().load(Files.readString(TARGET.resolve("spectral.yaml")));
    assertThat(BREAK_SPECTRAL.keySet())
        .containsAll(
            ((Map<?, ?>) ruleset.get("rules"))
                .entrySet().stream()
                    // The others only turn a rule of Spectral off.
                    .filter(rule -> rule.getValue() instanceof Map)
                    .map(rule -> (String) rule.getKey())
                    .toList());

    Tool.Finished finished = spectral(write(BREAK_SPECTRAL));

    assertThat(finished.exitCode()).isEqualTo(1);
    Map<String, Set<String>> found = new TreeMap<>();
    for (JsonNode finding : Json.mapper().readTree(finished.out())) {
      String file = Path.of(finding.path("source").asText()).getFileName().toString();
      found.computeIfAbsent(file, name -> new TreeSet<>()).add(finding.path("code").asText());
    }
    assertThat(found).isEqualTo(eachItsOwn(BREAK_SPECTRAL));
  }

  @Test
  void redoclyFindsWhatBreaksARule() throws IOException, InterruptedException {
    Tool.Finished finished = redocly(write(BREAK_REDOCLY));

    assertThat(finished.exitCode()).isEqualTo(1);
    assertThat(Json.mapper().readTree(finished.out()).path("problems").findValuesAsText("ruleId"))
        .containsExactlyElementsOf(BREAK_REDOCLY.keySet());
  }

  private static ObjectNode schemas(ObjectNode contract) {
    return at(contract, "/components/schemas");
  }

  private static Tool.Finished spectral(String... files) throws IOException, InterruptedException {
    return lint(
        List.of(
            "spectral",
            "lint",
            "--quiet",
            "--format=json",
            "--fail-severity=hint",
            "--ruleset=spectral.yaml"),
        files);
  }

  private static Tool.Finished redocly(String... files) throws IOException, InterruptedException {
    return lint(List.of("redocly", "lint", "--format=json", "--config=redocly.yaml"), files);
  }

  private static Tool.Finished lint(List<String> linter, String... files)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(linter);
    command.set(0, TARGET.resolve("node_modules/.bin").resolve(linter.get(0)).toString());
    command.addAll(List.of(files));
    return run(command.toArray(String[]::new));
  }

  private static Tool.Finished run(String... command) throws IOException, InterruptedException {
    return Tool.run(TARGET, MINUTES, ENVIRONMENT, command);
  }

  /** Writes a changed contract for each rule, named after it. */
  private static String[] write(Map<String, Consumer<ObjectNode>> changes) throws IOException {
    for (Map.Entry<String, Consumer<ObjectNode>> change : changes.entrySet()) {
      ObjectNode contract = Contract.tree();
      change.getValue().accept(contract);
      Files.writeString(TARGET.resolve(change.getKey() + ".json"), contract.toString());
    }
    return changes.keySet().stream().map(rule -> rule + ".json").toArray(String[]::new);
  }

  private static Map<String, Set<String>> eachItsOwn(Map<String, Consumer<ObjectNode>> changes) {
    Map<String, Set<String>> expected = new TreeMap<>();
    changes.keySet().forEach(rule -> expected.put(rule + ".json", Set.of(rule)));
    return expected;
  }
}
