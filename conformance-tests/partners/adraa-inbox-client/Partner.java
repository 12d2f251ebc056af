import static java.nio.charset.StandardCharsets.UTF_8;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.client.AdraaInboxException;
import ai.adraa.inbox.client.ConsoleSession;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.client.model.Session;
import ai.adraa.inbox.client.model.TokenList;
import ai.adraa.inbox.client.model.TokenVerification;
import ai.adraa.inbox.client.model.WorkspaceMembership;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

/**
 * The whole life of a token with our own client. What stands between "sample" and "end" is shown in
 * the API reference.
 */
final class Partner {
  private Partner() {}

  public static void main(String[] arguments) {
    // sample: setup
    URI baseUrl = URI.create(System.getenv("ADRAA_BASE_URL"));
    AdraaInbox inbox = AdraaInbox.builder().baseUrl(baseUrl).build();
    // end
    System.out.println("missing token: " + refusal(inbox::verify).code());

    String email = System.getenv("ADRAA_EMAIL");
    // sample: requestSignInCode
    inbox.requestSignInCode(email);
    // end
    System.out.println("sign-in code: sent");
    String code = new Scanner(System.in, UTF_8).nextLine();

    // sample: signIn
    ConsoleSession console = inbox.signIn(email, code);
    // end

    // sample: getSession
    Session session = console.get();
    String workspaceId = session.getWorkspaces().get(0).getId();
    // end
    WorkspaceMembership workspace = session.getWorkspaces().get(0);
    System.out.printf(
        "signed in: %s, %s of %s%n",
        session.getAgent().getNickname(), workspace.getRole(), workspace.getName());

    // sample: createToken
    CreatedToken created = console.createToken(workspaceId, "CRM integration");
    String secret = created.getSecret(); // returned only once: store it in your secret manager
    // end
    System.out.printf(
        "created: %s %s %s%n",
        created.getToken().getName(),
        created.getToken().getPrefix(),
        created.getToken().getStatus());

    // sample: verifyToken
    AdraaInbox integration = AdraaInbox.builder().baseUrl(baseUrl).token(secret).build();
    TokenVerification verified = integration.verify();
    // end
    System.out.printf(
        "verified: %s, %s%n", verified.getCompany().getName(), verified.getToken().getName());

    AdraaInboxException refused = refusal(() -> console.createToken(workspaceId, "   "));
    System.out.printf(
        "refused name: %s %s%n", refused.code(), refused.details().get(0).getField());
    console.createToken(workspaceId, "Order notifications");
    console.createToken(workspaceId, "Reports");

    // sample: listTokens
    List<TokenList> pages = new ArrayList<>();
    String cursor = null;
    do {
      TokenList page = console.listTokens(workspaceId, null, 2, cursor);
      pages.add(page);
      cursor = page.getNextCursor();
    } while (cursor != null);
    // end
    System.out.printf(
        "listed: %d tokens on %d pages%n",
        pages.stream().mapToInt(page -> page.getTokens().size()).sum(), pages.size());

    String tokenId = created.getToken().getId();
    // sample: getToken
    ApiToken token = console.getToken(workspaceId, tokenId);
    // end
    System.out.printf("got: %s %s%n", token.getName(), token.getStatus());

    // sample: revokeToken
    ApiToken revoked = console.revokeToken(workspaceId, tokenId);
    // end
    System.out.printf("revoked: %s %s%n", revoked.getName(), revoked.getStatus());

    System.out.println("revoked token: " + refusal(integration::verify).code());

    // sample: signOut
    console.signOut();
    // end
    System.out.println("signed out");

    System.out.println("without session: " + refusal(console::get).code());
  }

  private static AdraaInboxException refusal(Runnable request) {
    try {
      request.run();
    } catch (AdraaInboxException refused) {
      return refused;
    }
    throw new IllegalStateException("The request was not refused");
  }
}
