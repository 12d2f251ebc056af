package ai.adraa.inbox.client;

import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.client.model.Replacement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;

/** The example in README.md. A test runs it, another compares it with README.md. */
final class ReplaceExample {
  private ReplaceExample() {}

  static void replaceWhatExpiresSoon(
      ConsoleSession console, String workspaceId, Instant now, BiConsumer<String, String> vault) {
    // example
    Instant soon = now.plus(Duration.ofDays(30));
    TokenQuery active = TokenQuery.all().status(TokenStatusFilter.ACTIVE);
    List<ApiToken> tokens = console.findTokens(workspaceId, active).toList();
    for (ApiToken token : tokens) {
      Instant expiry = token.getExpiresAt();
      if (expiry != null && expiry.isBefore(soon) && token.getReplacedBy() == null) {
        Replacement replacement = new Replacement().expiresAt(now.plus(Duration.ofDays(365)));
        CreatedToken created = console.replaceToken(workspaceId, token.getId(), replacement);
        vault.accept(token.getName(), created.getSecret()); // returned only once
      }
    }
    // example
  }
}
