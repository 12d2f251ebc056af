package ai.adraa.inbox.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Contract;
import com.atlassian.oai.validator.report.MessageResolver;
import com.atlassian.oai.validator.report.ValidationReport;
import com.atlassian.oai.validator.schema.SchemaValidator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Each example in the contract is valid, and stands where it belongs. */
class ContractExamplesTest {
  @Test
  void everyExampleIsValidAndUsed() {
    Map<String, Example> shared = Contract.OPEN_API.getComponents().getExamples();
    Set<String> unused = new TreeSet<>(shared.keySet());
    for (Content content : contents()) {
      MediaType json = content.get("application/json");
      assertThat(json.getExamples()).isNotEmpty();
      for (Example example : json.getExamples().values()) {
        String name = nameIn(example.get$ref());
        unused.remove(name);
        Object value = (name.isEmpty() ? example : shared.get(name)).getValue();
        assertThat(faults(value, json.getSchema())).as(name).isEmpty();
      }
    }
    assertThat(unused).isEmpty();
  }

  @Test
  void everyExampleOfAParameterAHeaderOrASchemaIsValid() {
    ObjectNode contract = Contract.tree();
    List<JsonNode> examples = contract.findParents("example");
    assertThat(examples).isNotEmpty();
    for (JsonNode holder : examples) {
      JsonNode schema = holder.path("schema").isObject() ? holder.path("schema") : holder;
      // As a property: the validator takes a text at the top for JSON.
      Schema<?> object =
          new ObjectSchema()
              .addProperty("example", Json.mapper().convertValue(schema, Schema.class));
      assertThat(faults(Map.of("example", holder.get("example")), object))
          .as(holder.toString())
          .isEmpty();
    }
  }

  @Test
  void everyExampleOfAnErrorStandsAtTheStatusOfItsCode() {
    Map<String, String> statuses = new TreeMap<>();
    Contract.tree()
        .path("x-error-codes")
        .forEach(row -> statuses.put(row.path("code").asText(), row.path("status").asText()));
    Contract.OPEN_API
        .getPaths()
        .values()
        .forEach(
            path ->
                path.readOperations()
                    .forEach(
                        operation ->
                            operation
                                .getResponses()
                                .forEach(
                                    (status, response) ->
                                        codes(response)
                                            .forEach(
                                                code ->
                                                    assertThat(statuses)
                                                        .containsEntry(code, status)))));
  }

  @Test
  void anExampleThatIsNotValidIsFound() {
    Schema<?> request = new Schema<>().$ref("#/components/schemas/NewToken");
    assertThat(faults(Map.of("name", "CRM integration"), request)).isEmpty();
    for (Object wrong :
        List.of(Map.of("name", 1), Map.of(), Map.of("name", "x".repeat(101)), List.of())) {
      assertThat(faults(wrong, request)).isNotEmpty();
    }
  }

  @Test
  void theTableOfErrorCodesIsTheListOfTheSchema() {
    Set<String> table = new TreeSet<>();
    for (JsonNode row :
        Json.mapper()
            .<JsonNode>valueToTree(Contract.OPEN_API.getExtensions().get("x-error-codes"))) {
      assertThat(row.get("status").asInt()).isBetween(400, 599);
      assertThat(row.get("meaning").asText()).isNotBlank();
      assertThat(row.get("action").asText()).isNotBlank();
      table.add(row.get("code").asText());
    }
    Schema<?> code =
        (Schema<?>)
            Contract.OPEN_API
                .getComponents()
                .getSchemas()
                .get("ErrorBody")
                .getProperties()
                .get("code");

    assertThat(table).isNotEmpty();
    assertThat((Iterable<?>) code.getExtensions().get("x-extensible-enum"))
        .map(String::valueOf)
        .containsExactlyInAnyOrderElementsOf(table);
    Contract.OPEN_API
        .getComponents()
        .getExamples()
        .forEach(
            (name, example) -> {
              String known =
                  Json.mapper().valueToTree(example.getValue()).at("/error/code").asText();
              if (!known.isEmpty()) {
                assertThat(table).as(name).contains(known);
              }
            });
  }

  /** The error codes that the examples of a response have. */
  private static List<String> codes(ApiResponse response) {
    Content content = Contract.resolve(response).getContent();
    return content == null
        ? List.of()
        : content.get("application/json").getExamples().values().stream()
            .map(Contract::resolve)
            .map(example -> Json.mapper().<JsonNode>valueToTree(example.getValue()))
            .map(value -> value.at("/error/code").asText())
            .filter(code -> !code.isEmpty())
            .toList();
  }

  /** Each request body and each response that has a content. */
  private static List<Content> contents() {
    List<Content> contents = new ArrayList<>();
    for (PathItem path : Contract.OPEN_API.getPaths().values()) {
      for (Operation operation : path.readOperations()) {
        if (operation.getRequestBody() != null) {
          contents.add(operation.getRequestBody().getContent());
        }
        for (ApiResponse response : operation.getResponses().values()) {
          String name = nameIn(response.get$ref());
          ApiResponse resolved =
              name.isEmpty()
                  ? response
                  : Contract.OPEN_API.getComponents().getResponses().get(name);
          if (resolved.getContent() != null) {
            contents.add(resolved.getContent());
          }
        }
      }
    }
    return contents;
  }

  private static String nameIn(String reference) {
    return reference == null ? "" : reference.substring(reference.lastIndexOf('/') + 1);
  }

  private static List<ValidationReport.Message> faults(Object value, Schema<?> schema) {
    try {
      return new SchemaValidator(Contract.OPEN_API, new MessageResolver())
          .validate(Json.mapper().writeValueAsString(value), schema, "example")
          .getMessages();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
