package ai.adraa.inbox.client;

import ai.adraa.inbox.client.model.TokenVerification;
import java.net.URI;

/** The example in README.md. A test runs it, another compares it with README.md. */
final class VerifyExample {
  private VerifyExample() {}

  static String verify(String baseUrl, String token) {
    // example
    AdraaInbox inbox = AdraaInbox.builder().baseUrl(URI.create(baseUrl)).token(token).build();
    try {
      TokenVerification verified = inbox.verify();
      return "The token grants access to " + verified.getCompany().getName();
    } catch (AdraaInboxException e) {
      return "Refused: " + e.code() + ", request " + e.requestId().orElse("unknown");
    }
    // example
  }
}
