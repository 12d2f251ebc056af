package ai.adraa.inbox.client;

import ai.adraa.inbox.client.model.CreatedToken;
import java.util.concurrent.CompletableFuture;

/** The example in README.md. A test runs it, another compares it with README.md. */
final class AsyncExample {
  private AsyncExample() {}

  static CompletableFuture<CreatedToken> create(
      AdraaInbox inbox, ConsoleSession console, String workspaceId) {
    // example
    CompletableFuture<CreatedToken> created =
        inbox.async(() -> console.createToken(workspaceId, "CRM integration"));
    // example
    return created;
  }
}
