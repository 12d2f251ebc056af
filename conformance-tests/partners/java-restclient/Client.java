import org.openapitools.client.ApiClient;
import org.openapitools.client.auth.HttpBearerAuth;
import org.openapitools.client.model.ErrorBody;
import org.openapitools.client.model.ErrorResponse;
import org.springframework.web.client.RestClientResponseException;

final class Client {
  private Client() {}

  static ApiClient anonymous() {
    return new ApiClient().setBasePath(System.getenv("ADRAA_BASE_URL"));
  }

  static ApiClient ofToken(String secret) {
    return withCredential("bearerToken", secret);
  }

  static ApiClient ofSession(String secret) {
    return withCredential("bearerSession", secret);
  }

  private static ApiClient withCredential(String scheme, String secret) {
    ApiClient client = anonymous();
    ((HttpBearerAuth) client.getAuthentication(scheme)).setBearerToken(secret);
    return client;
  }

  static ErrorBody error(Exception refused) {
    return ((RestClientResponseException) refused)
        .getResponseBodyAs(ErrorResponse.class)
        .getError();
  }
}
