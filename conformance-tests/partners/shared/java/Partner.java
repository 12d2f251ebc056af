import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.Callable;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.AuditEventsApi;
import org.openapitools.client.api.LeakedTokensApi;
import org.openapitools.client.api.SessionApi;
import org.openapitools.client.api.SignInCodesApi;
import org.openapitools.client.api.TokensApi;
import org.openapitools.client.api.VerificationApi;
import org.openapitools.client.model.ApiToken;
import org.openapitools.client.model.AuditEventList;
import org.openapitools.client.model.CreatedToken;
import org.openapitools.client.model.ErrorBody;
import org.openapitools.client.model.LeakReport;
import org.openapitools.client.model.LeakedToken;
import org.openapitools.client.model.NewToken;
import org.openapitools.client.model.Replacement;
import org.openapitools.client.model.Session;
import org.openapitools.client.model.SignInAttempt;
import org.openapitools.client.model.SignInCodeRequest;
import org.openapitools.client.model.TokenChanges;
import org.openapitools.client.model.TokenList;
import org.openapitools.client.model.TokenUsage;
import org.openapitools.client.model.TokenVerification;
import org.openapitools.client.model.WorkspaceMembership;

/** The whole life of a token. What differs between the generator's libraries is in Client. */
final class Partner {
  private Partner() {}

  public static void main(String[] arguments) throws Exception {
    System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8));
    ApiClient anonymous = Client.anonymous();
    System.out.println(
        "missing token: " + refusal(new VerificationApi(anonymous)::verifyToken).getCode());

    String email = System.getenv("ADRAA_EMAIL");
    new SignInCodesApi(anonymous).requestSignInCode(new SignInCodeRequest().email(email));
    System.out.println("sign-in code: sent");
    String code = new Scanner(System.in, UTF_8).nextLine();

    String secret =
        new SessionApi(anonymous)
            .signIn(
                new SignInAttempt()
                    .email(email)
                    .code(code)
                    .credential(SignInAttempt.CredentialEnum.BEARER))
            .getSecret();
    ApiClient console = Client.ofSecret(secret);
    SessionApi sessions = new SessionApi(console);
    TokensApi tokens = new TokensApi(console);

    Session session = sessions.getSession().getSession();
    WorkspaceMembership workspace = session.getWorkspaces().get(0);
    System.out.printf(
        "signed in: %s, %s of %s%n",
        session.getAgent().getNickname(), workspace.getRole(), workspace.getName());

    CreatedToken created =
        tokens.createToken(workspace.getId(), new NewToken().name("CRM integration"));
    System.out.printf(
        "created: %s %s %s%n",
        created.getToken().getName(),
        created.getToken().getPrefix(),
        created.getToken().getStatus());

    VerificationApi verification = new VerificationApi(Client.ofSecret(created.getSecret()));
    TokenVerification verified = verification.verifyToken();
    System.out.printf(
        "verified: %s, %s%n", verified.getCompany().getName(), verified.getToken().getName());

    ErrorBody refused =
        refusal(() -> tokens.createToken(workspace.getId(), new NewToken().name("   ")));
    System.out.printf(
        "refused name: %s %s%n", refused.getCode(), refused.getDetails().get(0).getField());
    CreatedToken leaked =
        tokens.createToken(workspace.getId(), new NewToken().name("Order notifications"));
    tokens.createToken(workspace.getId(), new NewToken().name("Reports"));

    List<TokenList> pages = new ArrayList<>();
    String cursor = null;
    do {
      TokenList page = tokens.listTokens(workspace.getId(), null, 2, cursor, null, null, null);
      pages.add(page);
      cursor = page.getNextCursor();
    } while (cursor != null);
    System.out.printf(
        "listed: %d tokens on %d pages%n",
        pages.stream().mapToInt(page -> page.getTokens().size()).sum(), pages.size());

    String tokenId = created.getToken().getId();
    ApiToken token = tokens.getToken(workspace.getId(), tokenId).getToken();
    System.out.printf("got: %s %s%n", token.getName(), token.getStatus());

    if (!System.getenv("ADRAA_API_VERSION").equals("1.0")) {
      TokenChanges changes = new TokenChanges().name("CRM integration (EU)");
      ApiToken changed = tokens.updateToken(workspace.getId(), tokenId, changes).getToken();
      System.out.println("changed: " + changed.getName());

      TokenUsage usage = tokens.getTokenUsage(workspace.getId(), tokenId, 7).getUsage();
      System.out.printf("usage: %d days%n", usage.getDays().size());

      OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
      Replacement replacement =
          new Replacement()
              .description("Stored in the vault")
              .expiresAt(now.plusYears(1))
              .oldExpiresAt(now.plusDays(7));
      CreatedToken replaced = tokens.replaceToken(workspace.getId(), tokenId, replacement);
      System.out.printf(
          "replaced: %s %s%n", replaced.getToken().getName(), replaced.getToken().getReplaces());

      VerificationApi renewed = new VerificationApi(Client.ofSecret(replaced.getSecret()));
      TokenVerification renewal = renewed.verifyToken();
      System.out.printf(
          "verified: %s, %s%n", renewal.getCompany().getName(), renewal.getToken().getName());
      renewed.revokeOwnToken();
      System.out.println("revoked itself: " + refusal(renewed::verifyToken).getCode());

      AuditEventList events =
          new AuditEventsApi(console)
              .listAuditEvents(
                  workspace.getId(), null, null, null, now.minusHours(1).toString(), null, 1, null);
      System.out.println("last event: " + events.getEvents().get(0).getAction());

      String url = "https://git.example/acme/shop/blob/main/.env";
      LeakedToken found = new LeakedToken().secret(leaked.getSecret()).url(url);
      new LeakedTokensApi(anonymous).reportLeakedTokens(new LeakReport().addTokensItem(found));
      VerificationApi reported = new VerificationApi(Client.ofSecret(leaked.getSecret()));
      System.out.println("reported: " + refusal(reported::verifyToken).getCode());
    }

    ApiToken revoked = tokens.revokeToken(workspace.getId(), tokenId).getToken();
    System.out.printf("revoked: %s %s%n", revoked.getName(), revoked.getStatus());

    System.out.println("revoked token: " + refusal(verification::verifyToken).getCode());

    sessions.signOut();
    System.out.println("signed out");

    System.out.println("without session: " + refusal(sessions::getSession).getCode());
  }

  private static ErrorBody refusal(Callable<?> request) {
    try {
      request.call();
    } catch (Exception refused) {
      return Client.error(refused);
    }
    throw new IllegalStateException("The request was not refused");
  }
}
