import static java.nio.charset.StandardCharsets.UTF_8;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.client.AdraaInboxException;
import ai.adraa.inbox.client.AuditQuery;
import ai.adraa.inbox.client.ConsoleSession;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.AuditEventList;
import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.client.model.LeakedToken;
import ai.adraa.inbox.client.model.Replacement;
import ai.adraa.inbox.client.model.Session;
import ai.adraa.inbox.client.model.TokenChanges;
import ai.adraa.inbox.client.model.TokenList;
import ai.adraa.inbox.client.model.TokenUsage;
import ai.adraa.inbox.client.model.TokenVerification;
import ai.adraa.inbox.client.model.WorkspaceMembership;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
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
    CreatedToken leaked = console.createToken(workspaceId, "Order notifications");
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

    if (!System.getenv("ADRAA_API_VERSION").equals("1.0")) {
      // sample: updateToken
      TokenChanges changes = new TokenChanges().name("CRM integration (EU)");
      ApiToken changed = console.updateToken(workspaceId, tokenId, changes);
      // end
      System.out.println("changed: " + changed.getName());

      // sample: getTokenUsage
      TokenUsage usage = console.getTokenUsage(workspaceId, tokenId, 7);
      // end
      System.out.printf("usage: %d days%n", usage.getDays().size());

      // sample: replaceToken
      Instant now = Instant.now();
      Replacement replacement =
          new Replacement()
              .description("Stored in the vault")
              .expiresAt(now.plus(Duration.ofDays(365)))
              .oldExpiresAt(now.plus(Duration.ofDays(7)));
      CreatedToken replaced = console.replaceToken(workspaceId, tokenId, replacement);
      String newSecret = replaced.getSecret(); // returned only once
      // end
      System.out.printf(
          "replaced: %s %s%n", replaced.getToken().getName(), replaced.getToken().getReplaces());

      AdraaInbox renewed = AdraaInbox.builder().baseUrl(baseUrl).token(newSecret).build();
      TokenVerification renewal = renewed.verify();
      System.out.printf(
          "verified: %s, %s%n", renewal.getCompany().getName(), renewal.getToken().getName());

      // sample: revokeOwnToken
      AdraaInbox.builder().baseUrl(baseUrl).token(newSecret).build().revokeOwnToken();
      // end
      System.out.println("revoked itself: " + refusal(renewed::verify).code());

      // sample: listAuditEvents
      AuditQuery query = AuditQuery.all().since(Instant.now().minus(Duration.ofHours(1)));
      AuditEventList events = console.listAuditEvents(workspaceId, query.limit(1));
      // end
      System.out.println("last event: " + events.getEvents().get(0).getAction());

      String leakedSecret = leaked.getSecret();
      // sample: reportLeakedTokens
      String url = "https://git.example/acme/shop/blob/main/.env";
      LeakedToken found = new LeakedToken().secret(leakedSecret).url(url);
      inbox.reportLeakedTokens(List.of(found));
      // end
      AdraaInbox reported = AdraaInbox.builder().baseUrl(baseUrl).token(leakedSecret).build();
      System.out.println("reported: " + refusal(reported::verify).code());
    }

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
