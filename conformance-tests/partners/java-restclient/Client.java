import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.openapitools.client.ApiClient;
import org.openapitools.client.model.ErrorBody;
import org.openapitools.client.model.ErrorResponse;
import org.springframework.web.client.RestClientResponseException;

final class Client {
  private Client() {}

  static ApiClient anonymous() {
    // A server of an earlier release refuses fields that it does not know, even if they are null.
    ObjectMapper mapper =
        ApiClient.createDefaultMapper(null).setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);
    return new ApiClient(mapper, ApiClient.createDefaultDateFormat())
        .setBasePath(System.getenv("ADRAA_BASE_URL"));
  }

  static ApiClient ofSecret(String secret) {
    ApiClient client = anonymous();
    client.setBearerToken(secret);
    return client;
  }

  static ErrorBody error(Exception refused) {
    return ((RestClientResponseException) refused)
        .getResponseBodyAs(ErrorResponse.class)
        .getError();
  }
}
