import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.model.ErrorBody;
import org.openapitools.client.model.ErrorResponse;

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
    return ((ErrorResponse) ((ApiException) refused).getErrorEntity()).getError();
  }
}
