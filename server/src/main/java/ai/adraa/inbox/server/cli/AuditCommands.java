package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.account.WorkspaceStore;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.text.PlainText;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The subcommands of {@code audit}. */
@Command(
    name = "audit",
    description = "Read the audit trail.",
    subcommands = {AuditCommands.ListAll.class},
    mixinStandardHelpOptions = true)
final class AuditCommands {
  private AuditCommands() {}

  @Command(
      name = "list",
      description = "List events, newest first: what happened, who did it and from where.",
      mixinStandardHelpOptions = true)
  static final class ListAll extends DatabaseCommand {
    private static final String ROW = "%-24s  %-17s  %-24s  %-15s  %-12s  %s";

    @Option(
        names = "--workspace",
        paramLabel = "NAME",
        description = "Only events in this workspace.")
    @Nullable String workspace;

    @Option(
        names = "--action",
        description =
            "Only this action: sign-in, sign-in-failed, sign-out, token-created, token-changed,"
                + " token-replaced, token-revoked, workspace-created, agent-added, agent-removed,"
                + " role-changed, backup, restore or copy.")
    AuditEvent.@Nullable Action action;

    @Option(
        names = "--token",
        paramLabel = "ID",
        description = "Only events that concern the token with this id.")
    @Nullable String token;

    @Option(
        names = "--since",
        paramLabel = "TIME",
        converter = TimeConverter.class,
        description = "Only events at or after this time: 2026-06-12 or 2026-06-12T10:25:00Z, UTC.")
    @Nullable Instant since;

    @Option(
        names = "--until",
        paramLabel = "TIME",
        converter = TimeConverter.class,
        description = "Only events before this time.")
    @Nullable Instant until;

    @Option(
        names = "--limit",
        paramLabel = "COUNT",
        converter = CountConverter.class,
        description = "At most this many events.")
    @Nullable Long limit;

    @Option(
        names = "--format",
        defaultValue = "table",
        description = "table, or json for one object per line (default: table).")
    Format format;

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      AuditStore.Filter filter =
          new AuditStore.Filter(
              Optional.ofNullable(workspace)
                  .map(new WorkspaceStore(database, Clock.systemUTC())::requireId),
              Optional.ofNullable(action).map(AuditEvent.Action::toString),
              Optional.ofNullable(token),
              Optional.empty(),
              Optional.ofNullable(since),
              Optional.ofNullable(until));
      if (format == Format.TABLE) {
        out.println(ROW.formatted("TIME", "ACTION", "BY", "FROM", "WORKSPACE", "WHAT"));
      }
      new AuditStore(database)
          .list(
              filter,
              limit == null ? Long.MAX_VALUE : limit,
              entry -> {
                out.println(format == Format.TABLE ? row(entry) : Format.json(fields(entry)));
                // Stops when the reader of stdout, such as head, has closed it.
                return !out.checkError();
              });
    }

    private static String row(AuditStore.Entry entry) {
      return PlainText.escape(
              ROW.formatted(
                  Json.format(entry.at()),
                  entry.action(),
                  by(entry).orElse("-"),
                  entry.address().orElse(entry.channel()),
                  entry.workspace().orElse("-"),
                  String.join(
                      " ",
                      entry.tokenId().orElse(""),
                      member(entry).orElse(""),
                      entry.detail().orElse(""))))
          .strip();
    }

    private static Map<String, String> fields(AuditStore.Entry entry) {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("at", Json.format(entry.at()));
      fields.put("action", entry.action());
      fields.put("channel", entry.channel());
      by(entry).ifPresent(by -> fields.put("by", by));
      entry.address().ifPresent(address -> fields.put("address", address));
      entry.requestId().ifPresent(id -> fields.put("requestId", id));
      entry.workspace().ifPresent(name -> fields.put("workspace", name));
      entry.tokenId().ifPresent(id -> fields.put("tokenId", id));
      member(entry).ifPresent(email -> fields.put("member", email));
      entry.detail().ifPresent(detail -> fields.put("detail", detail));
      return fields;
    }

    /** Who did it; the agent's id if the agent does not exist. */
    private static Optional<String> by(AuditStore.Entry entry) {
      return entry.by().or(entry::agentId);
    }

    private static Optional<String> member(AuditStore.Entry entry) {
      return entry.member().or(entry::memberId);
    }
  }

  /** Parses a positive number of at most 18 digits. */
  static final class CountConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      if (!text.matches("0*[1-9][0-9]{0,17}")) {
        throw new TypeConversionException("'" + text + "' is not a number of events such as 20");
      }
      return Long.valueOf(text);
    }
  }
}
