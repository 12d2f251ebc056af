import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.net.HttpCookie;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.ApiResponse;
import org.openapitools.client.api.SessionApi;
import org.openapitools.client.api.SignInCodesApi;
import org.openapitools.client.api.TokensApi;
import org.openapitools.client.api.VerificationApi;
import org.openapitools.client.model.ErrorBody;
import org.openapitools.client.model.ApiToken;
import org.openapitools.client.model.CreateTokenRequest;
import org.openapitools.client.model.CreatedToken;
import org.openapitools.client.model.ErrorResponse;
import org.openapitools.client.model.Session;
import org.openapitools.client.model.SessionResponse;
import org.openapitools.client.model.SignInCodeRequest;
import org.openapitools.client.model.SignInRequest;
import org.openapitools.client.model.TokenList;
import org.openapitools.client.model.TokenVerification;
import org.openapitools.client.model.WorkspaceMembership;

/** The whole life of a token with the generated client. */
final class Partner {
  private Partner() {}

  public static void main(String[] arguments) throws ApiException, JsonProcessingException {
    ApiClient anonymous = client();
    System.out.println(
        "missing token: " + refusal(new VerificationApi(anonymous)::verifyToken).getCode());

    String email = System.getenv("ADRAA_EMAIL");
    new SignInCodesApi(anonymous).requestSignInCode(new SignInCodeRequest().email(email));
    System.out.println("sign-in code: sent");
    String code = new Scanner(System.in, UTF_8).nextLine();

    ApiResponse<SessionResponse> signedIn =
        new SessionApi(anonymous)
            .signInWithHttpInfo(new SignInRequest().email(email).code(code));
    HttpCookie cookie =
        HttpCookie.parse(signedIn.getHeaders().get("set-cookie").get(0)).get(0);
    ApiClient console =
        client()
            .setRequestInterceptor(
                request -> request.header("Cookie", "adraa_session=" + cookie.getValue()));
    SessionApi sessions = new SessionApi(console);
    TokensApi tokens = new TokensApi(console);

    Session session = sessions.getSession().getSession();
    WorkspaceMembership workspace = session.getWorkspaces().get(0);
    System.out.printf(
        "signed in: %s, %s of %s%n",
        session.getAgent().getNickname(), workspace.getRole(), workspace.getName());

    CreatedToken created =
        tokens.createToken(workspace.getId(), new CreateTokenRequest().name("CRM integration"));
    System.out.printf(
        "created: %s %s %s%n",
        created.getToken().getName(),
        created.getToken().getPrefix(),
        created.getToken().getStatus());

    VerificationApi verification =
        new VerificationApi(
            client()
                .setRequestInterceptor(
                    request -> request.header("Authorization", "Bearer " + created.getSecret())));
    TokenVerification verified = verification.verifyToken();
    System.out.printf(
        "verified: %s, %s%n", verified.getCompany().getName(), verified.getToken().getName());

    ErrorBody refused =
        refusal(
            () -> tokens.createToken(workspace.getId(), new CreateTokenRequest().name("   ")));
    System.out.printf(
        "refused name: %s %s%n", refused.getCode(), refused.getDetails().get(0).getField());
    for (String name : List.of("Order notifications", "Reports")) {
      tokens.createToken(workspace.getId(), new CreateTokenRequest().name(name));
    }

    List<TokenList> pages = new ArrayList<>();
    String cursor = null;
    do {
      TokenList page = tokens.listTokens(workspace.getId(), null, 2, cursor);
      pages.add(page);
      cursor = page.getNextCursor();
    } while (cursor != null);
    System.out.printf(
        "listed: %d tokens on %d pages%n",
        pages.stream().mapToInt(page -> page.getTokens().size()).sum(), pages.size());

    String tokenId = created.getToken().getId();
    ApiToken token = tokens.getToken(workspace.getId(), tokenId).getToken();
    System.out.printf("got: %s %s%n", token.getName(), token.getStatus());

    ApiToken revoked = tokens.revokeToken(workspace.getId(), tokenId).getToken();
    System.out.printf("revoked: %s %s%n", revoked.getName(), revoked.getStatus());

    System.out.println("revoked token: " + refusal(verification::verifyToken).getCode());

    sessions.signOut();
    System.out.println("signed out");

    System.out.println("without session: " + refusal(sessions::getSession).getCode());
  }

  private static ApiClient client() {
    ApiClient client = new ApiClient();
    client.updateBaseUri(System.getenv("ADRAA_BASE_URL"));
    return client;
  }

  private interface Request {
    Object send() throws ApiException;
  }

  private static ErrorBody refusal(Request request) throws JsonProcessingException {
    try {
      request.send();
    } catch (ApiException refused) {
      return ApiClient.createDefaultObjectMapper()
          .readValue(refused.getResponseBody(), ErrorResponse.class)
          .getError();
    }
    throw new IllegalStateException("The request was not refused");
  }
}
