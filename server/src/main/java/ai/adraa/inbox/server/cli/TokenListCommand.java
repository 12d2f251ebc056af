package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenList;
import ai.adraa.inbox.server.token.TokenQuery;
import ai.adraa.inbox.server.wire.Wire;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Lists the tokens of a workspace. */
@Command(
    name = "list",
    description = "List a workspace's tokens, including revoked and expired ones, newest first.",
    mixinStandardHelpOptions = true)
final class TokenListCommand extends WorkspaceCommand {
  @Option(names = "--status", description = "Only tokens that are active, revoked or expired.")
  Token.@Nullable Status status;

  @Option(
      names = "--query",
      paramLabel = "TEXT",
      description =
          "Only tokens whose name contains this text, whose prefix begins with it, or whose id it"
              + " is.")
  @Nullable String query;

  @Option(
      names = "--unused-since",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Only tokens that were created before this time and have not been used since: 2026-06-12"
              + " or 2026-06-12T10:25:00Z, UTC.")
  @Nullable Instant unusedSince;

  @Option(
      names = "--sort",
      paramLabel = "ORDER",
      defaultValue = "-createdAt",
      converter = SortConverter.class,
      description =
          "-createdAt: newest first. name: by name. -lastUsedAt: last used first. lastUsedAt:"
              + " never used tokens first, then the longest unused (default: -createdAt).")
  TokenQuery.Sort sort;

  @Option(
      names = "--format",
      defaultValue = "table",
      description =
          "table, or json for one object per line, as the API returns a token (default: table).")
  Format format;

  @Override
  void validate() {
    if (query != null && Secret.isPartOf(query)) {
      throw new ParameterException(
          spec.commandLine(),
          "--query must not be a secret; use 'token show', or its prefix, the first 14 characters");
    }
  }

  @Override
  void run(Database database, PrintWriter out, PrintWriter err) {
    String workspaceId = new WorkspaceStore(database, Clock.systemUTC()).requireId(workspace);
    Instant now = Clock.systemUTC().instant();
    List<Token> tokens =
        new TokenList(database)
            .all(
                workspaceId,
                new TokenQuery(
                    Optional.ofNullable(status),
                    Optional.ofNullable(query).map(String::strip).filter(text -> !text.isEmpty()),
                    Optional.ofNullable(unusedSince),
                    sort),
                now);
    switch (format) {
      case JSON ->
          tokens.forEach(token -> out.println(Format.json(Wire.of(token, token.status(now)))));
      case TABLE ->
          Tables.print(
              out,
              List.of("ID", "PREFIX", "STATUS", "CREATED", "BY", "LAST USED", "EXPIRES", "NAME"),
              tokens.stream().map(TokenListCommand::row).toList());
    }
  }

  private static List<String> row(Token token) {
    return List.of(
        token.id(),
        token.prefix(),
        TokenCommands.status(token),
        Json.format(token.createdAt()),
        token.createdBy().nickname(),
        token.lastUse().map(use -> Json.format(use.at())).orElse("never"),
        token.expiresAt().map(Json::format).orElse("never"),
        token.name());
  }

  /** Parses the contract's name of an order. */
  static final class SortConverter implements ITypeConverter<TokenQuery.Sort> {
    @Override
    public TokenQuery.Sort convert(String text) {
      try {
        return TokenQuery.Sort.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "'" + text + "' is not one of -createdAt, name, -lastUsedAt and lastUsedAt");
      }
    }
  }
}
