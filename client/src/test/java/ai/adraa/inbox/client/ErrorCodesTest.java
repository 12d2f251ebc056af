package ai.adraa.inbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The error codes and operations are those of the contract, and what a failure tells. */
class ErrorCodesTest {
  private static Map<String, Object> contract;

  @AutoClose private final ScriptedServer server = new ScriptedServer();
  private final AdraaInbox inbox = AdraaInbox.builder().baseUrl(server.url()).retries(0).build();

  @BeforeAll
  static void read() throws Exception {
    contract = new Yaml().load(Files.readString(Path.of("../openapi/adraa-inbox.yaml")));
  }

  @Test
  void thereIsAConstantForEachCode() {
    List<Map<String, Object>> codes = section("x-error-codes");

    assertThat(ErrorCodes.class.getFields())
        .extracting(field -> field.get(null))
        .isEqualTo(codes.stream().map(code -> code.get("code")).toList());
    assertThat(ErrorCodes.class.getFields())
        .allSatisfy(field -> assertThat(field.getName()).isEqualTo(field.get(null)));
  }

  @Test
  void thereIsAnOperationForEachThatIsNotGitHubs() {
    List<String> ids = new ArrayList<>();
    Map<String, Map<String, Object>> paths = section("paths");
    for (Map<String, Object> path : paths.values()) {
      for (Object operation : path.values()) {
        if (operation instanceof Map<?, ?> map && map.get("operationId") != null) {
          ids.add((String) map.get("operationId"));
        }
      }
    }
    ids.remove("reportLeakedTokensFromGitHub");

    assertThat(Stream.of(Operation.values()).map(operation -> operation.id))
        .containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void aFailureSaysIfTheSameRequestMaySucceedLater() {
    Map<Integer, Boolean> retryable =
        Map.of(400, false, 401, false, 404, false, 409, false, 429, true, 500, true, 503, true);
    retryable.forEach(
        (status, expected) -> {
          server.refuse(status, "SOME_CODE");
          assertThat(failure().isRetryable()).as("%d", status).isEqualTo(expected);
        });
    server.next(200, "<html>");
    assertThat(failure().isRetryable()).isFalse();
    server.close();
    assertThat(failure().isRetryable()).isTrue();
  }

  @Test
  void aFailureSurvivesSerialization() throws Exception {
    server.next(
        400,
        """
        {"error":{"code":"VALIDATION_ERROR","message":"The request is not valid.",
          "details":[{"field":"name","message":"is required"}]}}
        """);
    AdraaInboxException failure = failure();

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(failure);
    var read =
        (AdraaInboxException)
            new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

    assertThat(read.details()).isEqualTo(failure.details()).extracting("field").contains("name");
    assertThat(read.code()).isEqualTo("VALIDATION_ERROR");
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T> T section(String name) {
    return (T) Objects.requireNonNull(contract.get(name));
  }

  private AdraaInboxException failure() {
    return catchThrowableOfType(AdraaInboxException.class, inbox::verify);
  }
}
