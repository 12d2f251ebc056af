package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.text.PlainText;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenService;
import ai.adraa.inbox.server.token.TokenStore;
import ai.adraa.inbox.server.token.UsageStore;
import ai.adraa.inbox.server.wire.Wire;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows all fields of a token. */
@Command(
    name = "show",
    description = {
      "Show all fields of an API token and its usage, but not its secret.",
      "Other users of the machine can read the command line, so prefer the prefix of a token to its"
          + " secret."
    },
    mixinStandardHelpOptions = true)
final class TokenShowCommand extends TokenCommand {
  private static final String NONE = "-";
  private static final int WEEK = 7;
  private static final int MONTH = 30;

  @Option(
      names = "--format",
      defaultValue = "table",
      description =
          "table for one field per line, or json for the token as the API returns it (default:"
              + " table).")
  Format format;

  @Override
  void run(Database database, TokenStore.Located found, PrintWriter out, PrintWriter err) {
    TokenService tokens = TokenCommands.service(database);
    Token token = found.token();
    if (format == Format.JSON) {
      out.println(Format.json(Wire.of(token, tokens.status(token))));
      return;
    }
    UsageStore.Usage usage = tokens.usage(found.workspaceId(), token.id(), MONTH).orElseThrow();
    fields(found, usage)
        .forEach((name, value) -> out.println("%-15s%s".formatted(name, PlainText.escape(value))));
  }

  private static Map<String, String> fields(TokenStore.Located found, UsageStore.Usage usage) {
    Token token = found.token();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("id", token.id());
    fields.put("workspace", found.workspaceName());
    fields.put("name", token.name());
    fields.put("description", token.description().orElse(NONE));
    fields.put("prefix", token.prefix());
    fields.put("status", TokenCommands.status(token));
    fields.put("created", Json.format(token.createdAt()) + " by " + token.createdBy().nickname());
    fields.put("expires", token.expiresAt().map(Json::format).orElse("never"));
    fields.put("last used", token.lastUse().map(TokenShowCommand::text).orElse("never"));
    fields.put("revoked", token.revocation().map(TokenShowCommand::text).orElse(NONE));
    fields.put("replaces", token.replaces().orElse(NONE));
    fields.put("replaced by", token.replacedBy().orElse(NONE));
    fields.put(
        "requests",
        "%s in the last %s days, %s in the last %s days"
            .formatted(requests(usage, WEEK), WEEK, requests(usage, MONTH), MONTH));
    fields.put(
        "last addresses",
        usage.addresses().isEmpty()
            ? NONE
            : usage.addresses().stream()
                .map(UsageStore.Address::address)
                .collect(Collectors.joining(", ")));
    return fields;
  }

  private static String text(Token.Use use) {
    return Json.format(use.at()) + use.from().map(address -> " from " + address).orElse("");
  }

  private static String text(Token.Revocation revocation) {
    return Json.format(revocation.at())
        + revocation.by().map(agent -> " by " + agent.nickname()).orElse("")
        + " ("
        + revocation.reason().name().toLowerCase(Locale.ROOT)
        + ")";
  }

  private static long requests(UsageStore.Usage usage, int days) {
    List<UsageStore.Day> all = usage.days();
    return all.subList(all.size() - days, all.size()).stream()
        .mapToLong(UsageStore.Day::requests)
        .sum();
  }
}
