package ai.adraa.inbox.conformance.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.Pages;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
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

  private static final Pattern QUERY_TYPE =
      Pattern.compile(
          "@param \\{\\{(.*?)}} query\n(?:(?! \\*/).*\n)+ \\*/\nexport async function (\\w+)");
  private static final Pattern QUERY = Pattern.compile("call\\('(\\w+)', [^\n]*query: \\{ (.*?) }");
  private static final Pattern IMPORT =
      Pattern.compile("(?:from |import\\(|new URL\\()'\\./([\\w.-]+)'");

  /** The value of each option, such as {@code ['active', 'Active']}. */
  private static final String FIRST = "\\['(-?\\w+)',";

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
    String source = api.replaceAll("(?s)const path = ('[^']+');(.*?)\\bpath\\b", "$2$1");
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
  void everyParameterOfAQueryIsTheOperations() {
    Map<String, Set<String>> sent = new TreeMap<>();
    matches(QUERY_TYPE, api)
        .forEach(type -> sent.put(type.group(2), words("(\\w+)\\?:", type.group(1))));
    matches(QUERY, api).forEach(call -> sent.put(call.group(1), words("(\\w+)", call.group(2))));
    assertThat(sent).containsOnlyKeys("listTokens", "listAuditEvents", "getTokenUsage");
    sent.forEach(
        (operation, names) ->
            assertThat(parameters(operation).keySet()).as(operation).containsAll(names));
  }

  @Test
  void limitsAreTheContracts() {
    Map<String, Schema> properties = schema("NewToken").getProperties();
    assertThat(asset("token-fields.js"))
        .contains("NAME_MAX = " + properties.get("name").getMaxLength() + ";")
        .contains("DESCRIPTION_MAX = " + properties.get("description").getMaxLength() + ";");
    assertThat(asset("tokens.js")).contains("PAGE_SIZE = " + maximum("listTokens", "limit") + ";");
    assertThat(asset("activity.js"))
        .contains("PAGE_SIZE = " + maximum("listAuditEvents", "limit") + ";");
    assertThat(constant("token.js", "RANGES")).endsWith(maximum("getTokenUsage", "days") + "");
  }

  /** Otherwise a value that the contract adds or renames would be shown as it is, or not found. */
  @Test
  void wordsAreTheContracts() {
    Map<String, Parameter> list = parameters("listTokens");
    Set<String> statuses = enumOf(list.get("status").getSchema());
    Set<String> sorts = enumOf(list.get("sort").getSchema());
    assertThat(words(FIRST, constant("tokens.js", "TABS"))).isEqualTo(statuses);
    assertThat(list.get("sort").getSchema().getDefault()).isEqualTo("-createdAt");
    assertThat(asset("token-table.js")).contains("NEWEST_FIRST = '-createdAt';");
    assertThat(words(FIRST, constant("tokens.js", "SORTS").replace("NEWEST_FIRST", "'-createdAt'")))
        .isEqualTo(sorts);
    assertThat(sorts)
        .containsAll(words("[, ]'(-?[a-z]\\w+)'", constant("token-table.js", "COLUMNS")));

    assertThat(keys("token-view.js", "STATUSES")).isEqualTo(extensible("ApiToken", "status"));
    assertThat(extensible("ApiToken", "revokedReason"))
        .containsAll(keys("token-view.js", "REASONS"));
    assertThat(keys("events.js", "ACTIONS")).isEqualTo(extensible("AuditEvent", "action"));
    assertThat(extensible("AuditEvent", "channel")).containsAll(keys("events.js", "CHANNELS"));
  }

  /** A field whose error the server reports is a field of the form, by its name. */
  @Test
  void fieldsAreTheContracts() {
    Set<String> names = words("name: '(\\w+)'", asset("token-fields.js") + asset("replace.js"));
    names.addAll(words("name = '(\\w+)'", asset("token-fields.js")));
    assertThat(names).isEqualTo(new TreeSet<>(schema("Replacement").getProperties().keySet()));
    assertThat(names).containsAll(schema("NewToken").getProperties().keySet());
  }

  @Test
  void everyFileOfTheConsoleIsOnTheServer() throws IOException {
    Set<String> referenced = new TreeSet<>();
    String page = inbox.request().get("/app").asString();
    matches(Pattern.compile(inbox.assets() + "([\\w.-]+)"), page)
        .forEach(file -> referenced.add(file.group(1)));
    Deque<String> unread = new ArrayDeque<>(referenced);
    while (!unread.isEmpty()) {
      String script = unread.remove();
      if (script.endsWith(".js")) {
        matches(IMPORT, asset(script))
            .map(file -> file.group(1))
            .filter(referenced::add)
            .forEach(unread::add);
      }
    }
    assertThat(referenced).contains("dom.js", "style.css", "replace.js", "secret.js", "dialog.js");
    assertThat(referenced).containsAll(scripts());
    referenced.forEach(file -> assertThat(asset(file)).as(file).isNotBlank());
  }

  private static List<String> scripts() throws IOException {
    try (Stream<Path> files =
        Files.list(Pages.PROJECT.resolve("server/src/main/resources/console"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".js"))
          .toList();
    }
  }

  private static Schema<?> schema(String name) {
    return Contract.OPEN_API.getComponents().getSchemas().get(name);
  }

  private static Map<String, Parameter> parameters(String operationId) {
    return Contract.OPEN_API.getPaths().values().stream()
        .flatMap(item -> item.readOperations().stream())
        .filter(operation -> operation.getOperationId().equals(operationId))
        .flatMap(operation -> operation.getParameters().stream())
        .collect(Collectors.toMap(Parameter::getName, it -> it));
  }

  private static BigDecimal maximum(String operationId, String parameter) {
    return parameters(operationId).get(parameter).getSchema().getMaximum();
  }

  private static Set<String> enumOf(Schema<?> schema) {
    return schema.getEnum().stream()
        .map(String::valueOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> extensible(String schema, String property) {
    Schema<?> values = (Schema<?>) schema(schema).getProperties().get(property);
    return ((Collection<?>) values.getExtensions().get("x-extensible-enum"))
        .stream().map(String::valueOf).collect(Collectors.toCollection(TreeSet::new));
  }

  /** The text of a constant of a script, an array or an object. */
  private static String constant(String script, String name) {
    Matcher text =
        Pattern.compile("(?s)const " + name + " = [\\[{](.*?)[\\]}];").matcher(asset(script));
    assertThat(text.find()).as(script + " has " + name).isTrue();
    return text.group(1).strip();
  }

  private static Set<String> keys(String script, String constant) {
    return words("(?:^|[{,]|\\n)\\s*'?([\\w-]+)'?:", constant(script, constant));
  }

  /** What the pattern's group has in each match. */
  private static Set<String> words(String pattern, String text) {
    Set<String> words =
        matches(Pattern.compile(pattern), text)
            .map(word -> word.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(words).as(pattern + " in " + text).isNotEmpty();
    return words;
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
