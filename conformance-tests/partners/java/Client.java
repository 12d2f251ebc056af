import com.fasterxml.jackson.core.JsonProcessingException;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.model.ErrorBody;
import org.openapitools.client.model.ErrorResponse;

/** This library ignores the contract's security schemes. */
final class Client {
  private Client() {}

  static ApiClient anonymous() {
    ApiClient client = new ApiClient();
    client.updateBaseUri(System.getenv("ADRAA_BASE_URL"));
    return client;
  }

  static ApiClient ofSecret(String secret) {
    return anonymous()
        .setRequestInterceptor(request -> request.header("Authorization", "Bearer " + secret));
  }

  static ErrorBody error(Exception refused) {
    try {
      return ApiClient.createDefaultObjectMapper()
          .readValue(((ApiException) refused).getResponseBody(), ErrorResponse.class)
          .getError();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
