import org.openapitools.client.ApiClient;
import org.openapitools.client.model.ErrorBody;
import org.openapitools.client.model.ErrorResponse;
import org.springframework.web.client.RestClientResponseException;

final class Client {
  private Client() {}

  static ApiClient anonymous() {
    return new ApiClient().setBasePath(System.getenv("ADRAA_BASE_URL"));
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
