package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.text.PlainText;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenAlreadyReplacedException;
import ai.adraa.inbox.server.token.TokenService;
import ai.adraa.inbox.server.token.TokenStore;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Replaces a token by a new one. */
@Command(
    name = "replace",
    description = {
      "Create an API token that replaces another one, and print only its secret to stdout.",
      "Both work until you revoke the old one, or until --old-expires. The secret is shown only"
          + " once. Other users of the machine can read the command line, so prefer the prefix of"
          + " the old token to its secret."
    },
    mixinStandardHelpOptions = true)
final class TokenReplaceCommand extends TokenCommand {
  @Option(names = "--name", description = "The new token's name (default: that of the old one).")
  @Nullable String name;

  @Option(
      names = "--description",
      paramLabel = "TEXT",
      description = "The new token's description (default: that of the old one).")
  @Nullable String description;

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      converter = TimeConverter.OfExpiry.class,
      description =
          "When the new token expires: 2036-06-12 or 2036-06-12T10:25:00Z, UTC, or in a number of"
              + " days such as 90d (default: never).")
  @Nullable Instant expires;

  @Option(
      names = "--old-expires",
      paramLabel = "TIME",
      converter = TimeConverter.OfExpiry.class,
      description =
          "When the old token expires, unless it expires earlier (default: as it does now).")
  @Nullable Instant oldExpires;

  @Override
  void validate() {
    name = name == null ? null : OptionValidator.requireName(spec, name);
    description = OptionValidator.requireDescription(spec, description);
    OptionValidator.requireExpiry(spec, "--expires", expires);
    OptionValidator.requireExpiry(spec, "--old-expires", oldExpires);
  }

  @Override
  void run(Database database, TokenStore.Located found, PrintWriter out, PrintWriter err) {
    TokenService tokens = TokenCommands.service(database);
    String workspaceId = found.workspaceId();
    String oldId = found.token().id();
    Token.Created created;
    try {
      created =
          tokens
              .replace(
                  workspaceId,
                  oldId,
                  new Token.Replacement(
                      Optional.ofNullable(name),
                      Optional.ofNullable(description),
                      Optional.ofNullable(expires),
                      Optional.ofNullable(oldExpires)),
                  TokenCommands.admin(database, workspaceId))
              .orElseThrow();
    } catch (TokenAlreadyReplacedException e) {
      throw new OperatorException(
          "The token %s already has the replacement %s; revoke that one first, or replace it"
              .formatted(oldId, replacement(tokens, workspaceId, oldId)));
    }
    Token old = tokens.find(workspaceId, oldId).orElseThrow();
    err.printf(
        "Created the token %s \"%s\" for %s, which replaces %s%s. Its secret is shown only once:%n",
        created.token().id(),
        PlainText.escape(created.token().name()),
        found.workspaceName(),
        oldId,
        remaining(tokens, old));
    err.flush();
    try {
      TokenCommands.printSecret(database, workspaceId, created, out);
    } catch (OperatorException e) {
      throw old.expiresAt().equals(found.token().expiresAt())
          ? e
          : new OperatorException(
              e.getMessage()
                  + "; the token "
                  + oldId
                  + old.expiresAt().map(at -> " still expires at " + Json.format(at)).orElse(""));
    }
  }

  private static String replacement(TokenService tokens, String workspaceId, String oldId) {
    return tokens.find(workspaceId, oldId).flatMap(Token::replacedBy).orElseThrow();
  }

  /** Says how long the old token works, for the message. */
  private static String remaining(TokenService tokens, Token old) {
    return tokens.status(old) != Token.Status.ACTIVE
        ? ""
        : " (works until "
            + old.expiresAt().map(at -> Json.format(at)).orElse("you revoke it")
            + ")";
  }
}
