package example;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.client.AdraaInboxException;
import ai.adraa.inbox.client.ConsoleSession;
import ai.adraa.inbox.client.ErrorCodes;
import ai.adraa.inbox.client.TokenQuery;
import ai.adraa.inbox.client.TokenSort;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.client.model.NewToken;
import ai.adraa.inbox.client.model.Replacement;
import ai.adraa.inbox.client.model.TokenVerification;
import ai.adraa.inbox.client.model.WorkspaceMembership;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Scanner;

/** The life of a token: created, verified, replaced and revoked by an admin. */
public final class TokenLife {
  public static void main(String[] arguments) {
    URI url = URI.create(arguments[0]);
    String email = arguments[1];
    try (AdraaInbox inbox = AdraaInbox.builder().baseUrl(url).build()) {
      inbox.requestSignInCode(email);
      System.out.println("Enter the code from the mail to " + email + ":");
      ConsoleSession console = inbox.signIn(email, new Scanner(System.in).nextLine());
      WorkspaceMembership workspace = console.workspaces().get(0);
      manage(url, console, workspace.getId());
      console.signOut();
    } catch (AdraaInboxException e) {
      System.err.println(e.getMessage() + ", request " + e.requestId().orElse("unknown"));
      System.exit(1);
    }
  }

  private static void manage(URI url, ConsoleSession console, String workspaceId) {
    Instant inAYear = Instant.now().plus(Duration.ofDays(365));
    CreatedToken created =
        console.createToken(workspaceId, new NewToken().name("CRM").expiresAt(inAYear));
    String secret = created.getSecret(); // returned only once: store it in your secret manager
    System.out.println("Created " + created.getToken().getPrefix());
    System.out.println("Verified: " + verify(url, secret));

    TokenQuery byName = TokenQuery.all().sort(TokenSort.BY_NAME);
    console
        .findTokens(workspaceId, byName) // reads further pages as they are needed
        .forEach(token -> System.out.println("Listed " + token.getName()));

    String tokenId = created.getToken().getId();
    Replacement replacement = new Replacement().expiresAt(inAYear);
    CreatedToken replaced = console.replaceToken(workspaceId, tokenId, replacement);
    System.out.println("Replaced by " + replaced.getToken().getPrefix());
    System.out.println("Verified: " + verify(url, replaced.getSecret()));

    ApiToken revoked = console.revokeToken(workspaceId, tokenId);
    System.out.println("Revoked " + revoked.getPrefix());
    System.out.println("Verified: " + verify(url, secret));
  }

  /** Returns the name of the workspace that a token grants access to. */
  private static String verify(URI url, String secret) {
    try (AdraaInbox integration = AdraaInbox.builder().baseUrl(url).token(secret).build()) {
      TokenVerification verified = integration.verify();
      return verified.getCompany().getName();
    } catch (AdraaInboxException e) {
      if (e.code().equals(ErrorCodes.INVALID_API_TOKEN)) {
        return "refused";
      }
      throw e;
    }
  }
}
