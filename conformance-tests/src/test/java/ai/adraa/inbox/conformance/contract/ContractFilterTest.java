package ai.adraa.inbox.conformance.contract;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.adraa.inbox.conformance.support.ContractFilter;
import com.atlassian.oai.validator.model.SimpleResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The check that all tests make of a response finds what the contract does not have. */
class ContractFilterTest {
  private static final String ID = "cmbxgvq1e0000ph01a2b3c4d5";

  @Test
  void aResponseThatTheContractDoesNotHaveFails() {
    String error = "{\"error\":{\"code\":\"TOKEN_NOT_FOUND\",\"message\":\"None.\"}}";
    String me = "{\"company\":{\"id\":\"%s\",\"name\":\"acme\"},\"token\":{\"id\":\"%s\",%s}}";
    String named = "\"name\":\"CRM\"";
    assertThatCode(() -> ContractFilter.check("GET", "/api/v1/me", response(401, error)))
        .doesNotThrowAnyException();
    assertThatCode(
            () ->
                ContractFilter.check(
                    "GET", "/api/v1/me", response(200, me.formatted(ID, ID, named))))
        .doesNotThrowAnyException();

    for (SimpleResponse wrong :
        List.of(
            response(418, error),
            response(404, error),
            response(401, "{\"error\":{\"code\":\"TOKEN_NOT_FOUND\"}}"),
            response(401, "{\"error\":{\"code\":404,\"message\":\"None.\"}}"),
            response(401, "{\"code\":\"TOKEN_NOT_FOUND\",\"message\":\"None.\"}"),
            response(200, me.formatted(ID, ID, "\"title\":\"CRM\"")),
            response(200, me.formatted("1", ID, named)),
            response(200, me.formatted(ID, ID, "\"name\":1")))) {
      assertThatThrownBy(() -> ContractFilter.check("GET", "/api/v1/me", wrong))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("breaks the contract");
    }
  }

  private static SimpleResponse response(int status, String body) {
    return SimpleResponse.Builder.status(status)
        .withContentType("application/json")
        .withHeader("WWW-Authenticate", "Bearer")
        .withBody(body)
        .build();
  }
}
