package ai.adraa.inbox.conformance.support;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.parser.OpenAPIV3Parser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** The contract as its artifact has it. */
public final class Contract {
  public static final OpenAPI OPEN_API = new OpenAPIV3Parser().read("adraa-inbox.yaml");

  private Contract() {}

  /** The contract as plain data, to be edited by tests; its YAML aliases are copies. */
  public static ObjectNode tree() {
    return tree(Contract.class.getResourceAsStream("/adraa-inbox.yaml"));
  }

  /** Another contract, as plain data. */
  public static ObjectNode tree(Path file) throws IOException {
    return tree(Files.newInputStream(file));
  }

  private static ObjectNode tree(InputStream document) {
    try (document) {
      return Json.mapper().valueToTree(new Yaml().load(document));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The operation of this id, in the contract as plain data. */
  public static ObjectNode operation(ObjectNode contract, String id) {
    return contract.path("paths").findParents("operationId").stream()
        .filter(node -> node.has("responses") && node.path("operationId").asText().equals(id))
        .map(ObjectNode.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** The schema of this name, or what is below it at {@code Name/path}. */
  public static ObjectNode schema(ObjectNode contract, String path) {
    return at(contract, "/components/schemas/" + path);
  }

  /** What is at a JSON pointer. */
  public static ObjectNode at(ObjectNode node, String pointer) {
    return (ObjectNode) node.requiredAt(pointer);
  }

  /** The operation that a request addresses, such as {@code GET /api/v1/me}, if there is one. */
  public static Optional<String> operation(String method, String path) {
    return paths(path)
        .filter(entry -> methods(entry.getValue()).anyMatch(method::equalsIgnoreCase))
        .map(entry -> method + " " + entry.getKey())
        .findFirst();
  }

  /** The methods that the contract gives a request's path. */
  public static Stream<String> methods(String path) {
    return paths(path).flatMap(entry -> methods(entry.getValue()));
  }

  /** Every operation with every status that the contract gives it. */
  public static Set<String> documented() {
    Set<String> documented = new TreeSet<>();
    OPEN_API
        .getPaths()
        .forEach(
            (path, item) ->
                item.readOperationsMap()
                    .forEach(
                        (method, operation) ->
                            operation
                                .getResponses()
                                .keySet()
                                .forEach(
                                    status -> documented.add(method + " " + path + " " + status))));
    return documented;
  }

  /** The operations that only one other system can call, such as {@code GET /api/v1/me}. */
  public static Set<String> ofOneCaller() {
    Set<String> operations = new TreeSet<>();
    OPEN_API
        .getPaths()
        .forEach(
            (path, item) ->
                item.readOperationsMap()
                    .forEach(
                        (method, operation) -> {
                          if (operation.getExtensions() != null
                              && operation.getExtensions().containsKey("x-only-caller")) {
                            operations.add(method + " " + path);
                          }
                        }));
    return operations;
  }

  /** The response itself where it is a reference to a shared one. */
  public static ApiResponse resolve(ApiResponse response) {
    return response.get$ref() == null
        ? response
        : OPEN_API.getComponents().getResponses().get(nameIn(response.get$ref()));
  }

  /** The example itself where it is a reference to a shared one. */
  public static Example resolve(Example example) {
    return example.get$ref() == null
        ? example
        : OPEN_API.getComponents().getExamples().get(nameIn(example.get$ref()));
  }

  private static String nameIn(String reference) {
    return reference.substring(reference.lastIndexOf('/') + 1);
  }

  private static Stream<Map.Entry<String, PathItem>> paths(String path) {
    return OPEN_API.getPaths().entrySet().stream()
        .filter(entry -> path.matches(entry.getKey().replaceAll("\\{[^}]+}", "[^/]+")));
  }

  private static Stream<String> methods(PathItem item) {
    return item.readOperationsMap().keySet().stream().map(PathItem.HttpMethod::name);
  }
}
