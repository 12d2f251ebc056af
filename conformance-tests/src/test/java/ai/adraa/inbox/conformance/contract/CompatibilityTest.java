package ai.adraa.inbox.conformance.contract;

import static ai.adraa.inbox.conformance.support.Contract.at;
import static ai.adraa.inbox.conformance.support.Contract.operation;
import static ai.adraa.inbox.conformance.support.Contract.schema;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.Tool;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.core.util.Json;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What was released stays: the contract is compared with its newest release, and nothing that a
 * client of then relies on may have changed. The comparison is oasdiff's; what it does not know,
 * the open enums of answers and the table of error codes, is compared here.
 */
@Tag("once")
@Tag("contract")
class CompatibilityTest {
  private static final Path OPENAPI = Path.of("..", "openapi").toAbsolutePath().normalize();
  private static final Path TARGET = Path.of("target", "compatibility").toAbsolutePath();
  private static final String OPEN_ENUM = "x-extensible-enum";
  private static final String COOKIE_NAME = "x-cookie-name";
  private static final int WARNING = 2;
  private static final int MINUTES = 5;

  private record Change(boolean isBreaking, String text) {}

  private static final Map<String, Consumer<ObjectNode>> BREAKING =
      Map.ofEntries(
          entry("path removed", c -> at(c, "/paths").remove("/api/v1/me")),
          entry("operation removed", c -> at(c, "/paths/~1api~1v1~1session").remove("delete")),
          entry(
              "operationId renamed", c -> operation(c, "verifyToken").put("operationId", "getMe")),
          entry(
              "security added",
              c ->
                  operation(c, "requestSignInCode")
                      .putArray("security")
                      .addObject()
                      .putArray("sessionCookie")),
          entry(
              "security replaced",
              c ->
                  operation(c, "verifyToken")
                      .putArray("security")
                      .addObject()
                      .putArray("sessionCookie")),
          entry(
              "cookie renamed",
              c -> at(c, "/components/securitySchemes/sessionCookie").put(COOKIE_NAME, "other")),
          entry(
              "request field required",
              c -> {
                schema(c, "NewToken/properties").set("scope", text());
                required(c, "NewToken").add("scope");
              }),
          entry(
              "request field removed",
              c -> {
                schema(c, "SignInAttempt/properties").remove("code");
                remove(required(c, "SignInAttempt"), "code");
              }),
          entry(
              "request maxLength tightened",
              c -> schema(c, "NewToken/properties/name").put("maxLength", 50)),
          entry(
              "request pattern changed",
              c -> schema(c, "NewToken/properties/name").put("pattern", "^[a-z]*$")),
          entry("query value removed", c -> remove((ArrayNode) status(c).get("enum"), "revoked")),
          entry("query maximum tightened", c -> limit(c).put("maximum", 50)),
          entry(
              "path parameter type changed",
              c -> at(c, "/components/parameters/workspaceId/schema").put("type", "integer")),
          entry(
              "path parameter bounded",
              c -> at(c, "/components/parameters/tokenId/schema").put("maxLength", 5)),
          entry("query default changed", c -> limit(c).put("default", 10)),
          entry("query parameter removed", c -> parameters(c).remove(2)),
          entry(
              "query parameter required",
              c -> ((ObjectNode) parameters(c).get(0)).put("required", true)),
          entry(
              "response field removed",
              c -> {
                schema(c, "ApiToken/properties").remove("prefix");
                remove(required(c, "ApiToken"), "prefix");
              }),
          entry(
              "optional response field removed",
              c -> schema(c, "ApiToken/properties").remove("lastUsedAt")),
          entry("response field optional", c -> remove(required(c, "ApiToken"), "prefix")),
          entry(
              "response field nullable",
              c -> schema(c, "ApiToken/properties/lastUsedAt").put("nullable", true)),
          entry(
              "type changed",
              c -> schema(c, "ApiToken/properties/createdAt").put("type", "integer")),
          entry("format removed", c -> schema(c, "ApiToken/properties/createdAt").remove("format")),
          entry(
              "success status changed",
              c -> {
                ObjectNode responses = at(operation(c, "createToken"), "/responses");
                responses.set("200", responses.remove("201"));
              }),
          entry(
              "error status removed",
              c -> at(operation(c, "getToken"), "/responses").remove("404")),
          entry(
              "response header removed",
              c -> at(c, "/components/responses/RateLimitExceeded/headers").remove("Retry-After")),
          entry(
              "media type changed",
              c -> {
                ObjectNode content = at(operation(c, "getToken"), "/responses/200/content");
                content.set("text/plain", content.remove("application/json"));
              }),
          entry(
              "status of an error code changed",
              c -> ((ObjectNode) c.path("x-error-codes").get(0)).put("status", 422)),
          entry("error code removed", c -> remove(errorCodes(c), "TOKEN_NOT_FOUND")),
          entry(
              "open value removed",
              c ->
                  remove(
                      (ArrayNode) schema(c, "ApiToken/properties/status").get(OPEN_ENUM),
                      "revoked")),
          entry(
              "open enum removed", c -> schema(c, "ApiToken/properties/status").remove(OPEN_ENUM)));

  private static final Map<String, Consumer<ObjectNode>> ADDITIVE =
      Map.ofEntries(
          entry(
              "operation",
              c ->
                  at(c, "/paths")
                      .putObject("/api/v1/other")
                      .set(
                          "get",
                          operation(c, "getSession").deepCopy().put("operationId", "getOther"))),
          entry(
              "optional query parameter",
              c ->
                  parameters(c)
                      .addObject()
                      .put("name", "name")
                      .put("in", "query")
                      .set("schema", text())),
          entry("query value", c -> ((ArrayNode) status(c).get("enum")).add("suspended")),
          entry(
              "optional request field", c -> schema(c, "NewToken/properties").set("scope", text())),
          entry("query maximum raised", c -> limit(c).put("maximum", 200)),
          entry(
              "optional response field", c -> schema(c, "ApiToken/properties").set("note", text())),
          entry(
              "required response field",
              c -> {
                schema(c, "ApiToken/properties").set("note", text());
                required(c, "ApiToken").add("note");
              }),
          entry(
              "open value",
              c ->
                  ((ArrayNode) schema(c, "ApiToken/properties/status").get(OPEN_ENUM))
                      .add("suspended")),
          entry("error code", c -> errorCodes(c).add("WORKSPACE_SUSPENDED")));

  @BeforeAll
  static void build() throws IOException, InterruptedException {
    Tool.require("compatibility", List.of("go"));
    Files.createDirectories(TARGET);
    Tool.run(
            OPENAPI.resolve("compatibility"),
            MINUTES,
            Map.of(),
            "go",
            "build",
            "-o",
            TARGET.resolve("oasdiff").toString(),
            "github.com/oasdiff/oasdiff")
        .succeeded();
  }

  @Test
  void nothingThatWasReleasedIsBroken() throws IOException, InterruptedException {
    Path newest;
    try (Stream<Path> released = Files.list(OPENAPI.resolve("released"))) {
      newest =
          released
              .max(Comparator.comparing(file -> ModuleDescriptor.Version.parse(version(file))))
              .orElseThrow();
    }
    ObjectNode release = Contract.tree(newest);
    assertThat(release.at("/info/version").asText()).isEqualTo(version(newest));

    List<Change> changes = changes(release, Contract.tree());

    changes.forEach(
        change ->
            System.out.printf(
                "Since %s, %s: %s%n",
                version(newest), change.isBreaking() ? "breaking" : "additive", change.text()));
    assertThat(changes).noneMatch(Change::isBreaking);
  }

  @Test
  void whatBreaksClientsIsSeen() throws IOException, InterruptedException {
    for (Map.Entry<String, Consumer<ObjectNode>> change : BREAKING.entrySet()) {
      assertThat(changesBy(change.getValue())).as(change.getKey()).anyMatch(Change::isBreaking);
    }
  }

  @Test
  void whatIsOnlyAddedPasses() throws IOException, InterruptedException {
    for (Map.Entry<String, Consumer<ObjectNode>> change : ADDITIVE.entrySet()) {
      assertThat(changesBy(change.getValue()))
          .as(change.getKey())
          .isNotEmpty()
          .noneMatch(Change::isBreaking);
    }
  }

  private static List<Change> changesBy(Consumer<ObjectNode> edit)
      throws IOException, InterruptedException {
    ObjectNode changed = Contract.tree();
    edit.accept(changed);
    return changes(Contract.tree(), changed);
  }

  private static List<Change> changes(ObjectNode before, ObjectNode after)
      throws IOException, InterruptedException {
    Files.writeString(TARGET.resolve("before.json"), withCookies(before).toString());
    Files.writeString(TARGET.resolve("after.json"), withCookies(after).toString());
    String out =
        Tool.run(
                TARGET,
                MINUTES,
                Map.of(),
                TARGET.resolve("oasdiff").toString(),
                "changelog",
                "before.json",
                "after.json",
                "--format=json",
                "--flatten-params",
                "--severity-levels",
                OPENAPI.resolve("compatibility/severity-levels.txt").toString(),
                "--err-ignore",
                OPENAPI.resolve("compatibility/accepted.txt").toString())
            .succeeded()
            .out();
    List<Change> changes = new ArrayList<>();
    for (JsonNode change : Json.mapper().readTree(out)) {
      changes.add(
          new Change(
              change.path("level").asInt() >= WARNING,
              "%s %s: %s"
                  .formatted(
                      change.path("operation").asText(),
                      change.path("path").asText(),
                      change.path("text").asText())));
    }
    Set<String> values = openValues(before);
    Set<String> newValues = openValues(after);
    values.stream()
        .filter(value -> !newValues.contains(value))
        .forEach(value -> changes.add(new Change(true, "removed " + value)));
    newValues.stream()
        .filter(value -> !values.contains(value))
        .forEach(value -> changes.add(new Change(false, "added " + value)));
    return changes;
  }

  /**
   * The contract with what it calls a header Cookie as a cookie, which is the same in a request.
   */
  private static ObjectNode withCookies(ObjectNode contract) {
    ObjectNode copy = contract.deepCopy();
    for (JsonNode scheme : at(copy, "/components/securitySchemes")) {
      if (scheme.has(COOKIE_NAME)) {
        ((ObjectNode) scheme).put("in", "cookie").set("name", scheme.get(COOKIE_NAME));
      }
    }
    return copy;
  }

  /** Each value of each open enum, and each error code with its status. */
  private static Set<String> openValues(ObjectNode contract) {
    Set<String> values = new TreeSet<>();
    at(contract, "/components/schemas")
        .forEachEntry(
            (name, schema) ->
                schema
                    .path("properties")
                    .forEachEntry(
                        (field, property) ->
                            property
                                .path(OPEN_ENUM)
                                .forEach(
                                    value ->
                                        values.add(
                                            "%s.%s %s".formatted(name, field, value.asText())))));
    contract
        .path("x-error-codes")
        .forEach(row -> values.add(row.path("status").asText() + " " + row.path("code").asText()));
    return values;
  }

  private static ObjectNode text() {
    return Json.mapper().createObjectNode().put("type", "string").put("maxLength", 100);
  }

  private static ArrayNode parameters(ObjectNode contract) {
    return (ArrayNode) operation(contract, "listTokens").get("parameters");
  }

  private static ObjectNode status(ObjectNode contract) {
    return at(operation(contract, "listTokens"), "/parameters/0/schema");
  }

  private static ObjectNode limit(ObjectNode contract) {
    return at(operation(contract, "listTokens"), "/parameters/1/schema");
  }

  private static ArrayNode required(ObjectNode contract, String schema) {
    return (ArrayNode) schema(contract, schema).get("required");
  }

  private static ArrayNode errorCodes(ObjectNode contract) {
    return (ArrayNode) schema(contract, "ErrorBody/properties/code").get(OPEN_ENUM);
  }

  private static void remove(ArrayNode values, String value) {
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i).asText().equals(value)) {
        values.remove(i);
        return;
      }
    }
    throw new IllegalArgumentException(value);
  }

  private static String version(Path released) {
    return released.getFileName().toString().replace(".yaml", "");
  }
}
