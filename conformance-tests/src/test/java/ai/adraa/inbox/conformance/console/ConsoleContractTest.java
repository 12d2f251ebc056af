package ai.adraa.inbox.conformance.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The console's script, as the server serves it, against the contract. */
class ConsoleContractTest {
  private static final Pattern TYPE =
      Pattern.compile("@typedef \\{object} (\\w+)\n((?: \\* @property .*\n)+)");
  private static final Pattern PROPERTY =
      Pattern.compile("@property \\{(\\w+)(\\[])?} (\\[)?(\\w+)]?\n");
  private static final Pattern CALL =
      Pattern.compile("call\\('(\\w+)', '(\\w+)', (?:'([^']+)'|path)");

  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static final String api = asset("api.js");

  static Stream<Map.Entry<String, String>> types() {
    Map<String, String> types = new TreeMap<>();
    matches(TYPE, api).forEach(type -> types.put(type.group(1), type.group(2)));
    assertThat(types).hasSizeGreaterThan(8);
    return types.entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyTypeHasTheContractsFields(Map.Entry<String, String> type) {
    Schema<?> schema = Contract.OPEN_API.getComponents().getSchemas().get(type.getKey());
    assertThat(schema).as("schema " + type.getKey()).isNotNull();
    Set<String> required =
        schema.getRequired() == null ? Set.of() : Set.copyOf(schema.getRequired());
    Map<String, String> expected = new TreeMap<>();
    schema
        .getProperties()
        .forEach(
            (name, property) ->
                expected.put(required.contains(name) ? name : "[" + name + "]", typeOf(property)));
    Map<String, String> actual = new TreeMap<>();
    matches(PROPERTY, type.getValue())
        .forEach(
            property ->
                actual.put(
                    property.group(3) == null ? property.group(4) : "[" + property.group(4) + "]",
                    property.group(1) + (property.group(2) == null ? "" : "[]")));
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void everyCallIsAnOperationOfTheContract() {
    // A path too long for its line stands in a constant above the call.
    String source = api.replaceAll("const path = ('[^']+');\\s+(.*?)\\bpath\\b", "$2$1");
    Map<String, String> calls = new HashMap<>();
    matches(CALL, source)
        .forEach(call -> calls.put(call.group(1), call.group(2) + " " + call.group(3)));
    Map<String, String> operations = new HashMap<>();
    Contract.OPEN_API
        .getPaths()
        .forEach(
            (path, item) ->
                item.readOperationsMap()
                    .forEach(
                        (method, operation) ->
                            operations.put(operation.getOperationId(), method + " " + path)));
    assertThat(calls).isNotEmpty();
    assertThat(operations).containsAllEntriesOf(calls);
  }

  @Test
  void limitsAreTheContracts() {
    Schema<?> name =
        (Schema<?>)
            Contract.OPEN_API
                .getComponents()
                .getSchemas()
                .get("NewToken")
                .getProperties()
                .get("name");
    assertThat(asset("dialogs.js")).contains("NAME_MAX = " + name.getMaxLength() + ";");

    Operation list =
        Contract.OPEN_API
            .getPaths()
            .get("/api/v1/workspaces/{workspaceId}/tokens")
            .readOperationsMap()
            .get(PathItem.HttpMethod.GET);
    Map<String, Parameter> parameters =
        list.getParameters().stream().collect(Collectors.toMap(Parameter::getName, it -> it));
    assertThat(api).contains("listTokens(workspaceId, { status, limit, cursor }");
    assertThat(parameters).containsKeys("status", "limit", "cursor");
    assertThat(asset("tokens.js"))
        .contains("PAGE_SIZE = " + parameters.get("limit").getSchema().getMaximum() + ";");
  }

  @Test
  void everyFileOfTheConsoleIsOnTheServer() {
    Set<String> referenced = new TreeSet<>();
    String page = inbox.request().get("/app").asString();
    matches(Pattern.compile(inbox.assets() + "([\\w.-]+)"), page)
        .forEach(file -> referenced.add(file.group(1)));
    for (String script : Set.copyOf(referenced)) {
      if (script.endsWith(".js")) {
        matches(Pattern.compile("(?:from |new URL\\()'\\./([\\w.-]+)'"), asset(script))
            .forEach(file -> referenced.add(file.group(1)));
      }
    }
    assertThat(referenced).hasSizeGreaterThan(8).contains("dom.js", "style.css");
    referenced.forEach(file -> assertThat(asset(file)).as(file).isNotBlank());
  }

  private static String asset(String name) {
    return inbox
        .request()
        .get(inbox.assets() + name)
        .then()
        .statusCode(200)
        .extract()
        .body()
        .asString();
  }

  private static String typeOf(Schema<?> schema) {
    if (schema.get$ref() != null) {
      String name = schema.get$ref().substring(schema.get$ref().lastIndexOf('/') + 1);
      Schema<?> target = Contract.OPEN_API.getComponents().getSchemas().get(name);
      return target.getProperties() == null ? typeOf(target) : name;
    }
    return schema.getItems() == null
        ? "integer".equals(schema.getType()) ? "number" : String.valueOf(schema.getType())
        : typeOf(schema.getItems()) + "[]";
  }

  private static Stream<MatchResult> matches(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.results();
  }
}
