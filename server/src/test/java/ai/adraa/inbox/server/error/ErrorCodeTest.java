package ai.adraa.inbox.server.error;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
  @Test
  void theContractsTableHasEachCodeWithItsStatusAndMessageAndNoOther() throws IOException {
    List<String> contract = new ArrayList<>();
    try (InputStream json = ErrorCodeTest.class.getResourceAsStream("/reference/openapi.json")) {
      for (JsonNode row : new ObjectMapper().readTree(json).get("x-error-codes")) {
        contract.add(
            "%s %s %s"
                .formatted(
                    row.get("code").asText(),
                    row.get("status").asText(),
                    row.get("message").asText()));
      }
    }

    assertThat(contract)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(ErrorCode.values())
                .map(
                    code ->
                        "%s %s %s"
                            .formatted(
                                code, code.status(), code.envelope().getError().getMessage()))
                .toList());
  }

  @Test
  void aCodeThatIsKnownByItsStatusKeepsIt() {
    for (int status : new int[] {400, 404, 405, 406, 413, 414, 415, 429, 431, 500, 503}) {
      assertThat(ErrorCode.ofStatus(status).status()).isEqualTo(status);
    }
  }
}
