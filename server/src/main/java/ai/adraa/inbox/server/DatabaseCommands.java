package ai.adraa.inbox.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.core.DB.ProgressObserver;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The commands on a database as a whole: its audit trail, its backups and its health. */
final class DatabaseCommands {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseCommands.class);
  private static final Clock CLOCK = Clock.systemUTC();

  private DatabaseCommands() {}

  @Command(
      name = "audit",
      description = "Read the audit trail.",
      subcommands = {AuditList.class},
      mixinStandardHelpOptions = true)
  static final class AuditCommands {}

  @Command(
      name = "list",
      description = "List what was done, by whom and from where, newest first.",
      mixinStandardHelpOptions = true)
  static final class AuditList extends Main.DatabaseCommand {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final String ROW = "%-24s  %-17s  %-24s  %-15s  %-12s  %s";

    @Option(
        names = "--workspace",
        paramLabel = "NAME",
        defaultValue = "${env:ADRAA_WORKSPACE}",
        description = "Only what was done in this workspace.")
    @Nullable String workspace;

    @Option(
        names = "--action",
        converter = ActionConverter.class,
        description = {
          "Only this: sign-in, sign-in-failed, sign-out, token-created, token-revoked,",
          "workspace-created, agent-added, agent-removed, role-changed, backup or restore."
        })
    AuditEvent.@Nullable Action action;

    @Option(
        names = "--since",
        paramLabel = "TIME",
        converter = TimeConverter.class,
        description = "Only from then on: 2026-06-12 or 2026-06-12T10:25:00Z, UTC.")
    @Nullable Instant since;

    @Option(
        names = "--until",
        paramLabel = "TIME",
        converter = TimeConverter.class,
        description = "Only before then.")
    @Nullable Instant until;

    @Option(
        names = "--limit",
        paramLabel = "COUNT",
        converter = CountConverter.class,
        description = "Only so many, the newest.")
    @Nullable Long limit;

    @Option(
        names = "--format",
        converter = FormatConverter.class,
        defaultValue = "table",
        description = "table, or json: one object a line (default: table).")
    String format;

    @Override
    void run(Database database, PrintWriter out, PrintWriter err) {
      AuditStore.Filter filter =
          new AuditStore.Filter(
              Optional.ofNullable(workspace).map(new WorkspaceStore(database, CLOCK)::requireId),
              Optional.ofNullable(action).map(AuditEvent.Action::word),
              Optional.ofNullable(since),
              Optional.ofNullable(until),
              Optional.ofNullable(limit));
      ObjectMapper json = new ObjectMapper();
      if (format.equals("table")) {
        out.println(ROW.formatted("TIME", "ACTION", "BY", "FROM", "WORKSPACE", "WHAT"));
      }
      new AuditStore(database)
          .list(
              filter,
              entry -> {
                out.println(format.equals("table") ? row(entry) : line(json, entry));
                // Whoever reads, such as head, may have enough.
                return !out.checkError();
              });
    }

    private static String row(AuditStore.Entry entry) {
      return ROW.formatted(
              time(entry.at()),
              entry.action(),
              entry.by().orElse("-"),
              entry.address().orElse(entry.channel()),
              entry.workspace().orElse("-"),
              String.join(
                  " ",
                  entry.tokenId().orElse(""),
                  entry.member().orElse(""),
                  entry.detail().orElse("")))
          // What the operating system calls a user is not ours to vouch for.
          .replaceAll("\\p{Cntrl}", "?")
          .strip();
    }

    private static String line(ObjectMapper json, AuditStore.Entry entry) {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("at", time(entry.at()));
      fields.put("action", entry.action());
      fields.put("channel", entry.channel());
      entry.by().ifPresent(by -> fields.put("by", by));
      entry.address().ifPresent(address -> fields.put("address", address));
      entry.requestId().ifPresent(id -> fields.put("requestId", id));
      entry.workspace().ifPresent(name -> fields.put("workspace", name));
      entry.tokenId().ifPresent(id -> fields.put("tokenId", id));
      entry.member().ifPresent(email -> fields.put("member", email));
      entry.detail().ifPresent(detail -> fields.put("detail", detail));
      try {
        return json.writeValueAsString(fields);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }

    private static String time(Instant at) {
      return TIME.format(at);
    }
  }

  @Command(
      name = "backup",
      description = {
        "Write a backup to one file, while the server runs.",
        "It has all that was acknowledged before it began; it is verified, and readable by its owner"
            + " only."
      },
      mixinStandardHelpOptions = true)
  static final class BackupCommand implements Callable<Integer> {
    @Mixin Main.DatabaseOption database;
    @Spec CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Where to; it must not exist yet.")
    Path file;

    @Option(names = "--overwrite", description = "Replace the file if it exists.")
    boolean overwrite;

    @Override
    public Integer call() {
      PrintWriter err = spec.commandLine().getErr();
      Inspection backup =
          Backup.write(SqliteDatabase.existing(database.location), file, overwrite, progress(err));
      record(backup);
      err.printf("Wrote and verified the backup: %s%n", counts(backup));
      spec.commandLine().getOut().println(file);
      return CommandLine.ExitCode.OK;
    }

    /** A backup is no reason to bring an older database to this version. */
    private void record(Inspection backup) {
      if (!backup.pending().isEmpty()) {
        return;
      }
      try (Database opened = Database.openExisting(database.location)) {
        new AuditStore(opened)
            .record(
                AuditEvent.of(
                    CLOCK.instant(), AuditEvent.Action.BACKUP, AuditEvent.Source.commandLine()));
      } catch (RuntimeException e) {
        LOG.warn("The backup is written, but the audit trail cannot tell of it", e);
      }
    }

    private static ProgressObserver progress(PrintWriter err) {
      if (!CommandLine.Help.Ansi.AUTO.enabled()) {
        return (remaining, pages) -> {};
      }
      int[] shown = {-1};
      return (remaining, pages) -> {
        int percent = pages == 0 ? 100 : (int) (100L * (pages - remaining) / pages);
        if (percent != shown[0]) {
          shown[0] = percent;
          err.printf("\rCopied %d %%%s", percent, percent == 100 ? "%n".formatted() : "");
          err.flush();
        }
      };
    }
  }

  @Command(
      name = "restore",
      description = {
        "Put a backup in the place of the database; stop the server before.",
        "Tokens revoked since the backup stay revoked, members are as in the database that is"
            + " replaced, everyone is signed out. The replaced database is kept beside."
      },
      mixinStandardHelpOptions = true)
  static final class RestoreCommand implements Callable<Integer> {
    @Mixin Main.DatabaseOption database;
    @Spec CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The backup.")
    Path file;

    @Option(
        names = "--accept-lost-revocations",
        description = {
          "Restore also if the database to replace is damaged, so that nobody can tell which tokens",
          "were revoked since the backup."
        })
    boolean acceptLoss;

    @Override
    public Integer call() {
      PrintWriter err = spec.commandLine().getErr();
      Backup.Restored restored =
          Backup.restore(
              file,
              Path.of(SqliteDatabase.file(database.location)),
              acceptLoss,
              CLOCK,
              AuditEvent.Source.commandLine());
      err.printf("Restored and verified: %s%n", counts(restored.now()));
      if (restored.replaced().isPresent() && restored.read()) {
        err.printf(
            "Kept revoked: %d tokens that the backup has as active; kept events: %d%n",
            restored.revocations(), restored.events());
        err.printf(
            "Active tokens that the backup does not have, and which are unknown now: %d%n",
            restored.lostTokens());
        err.printf(
            "Workspaces that the backup does not have, and which are gone now: %d, with %d"
                + " members%n",
            restored.lostWorkspaces(), restored.lostMembers());
      } else {
        err.printf(
            "WARNING: there is no readable database to ask which tokens were revoked since the"
                + " backup. If any were, they are valid again: look through the %d active tokens"
                + " and revoke them.%n",
            restored.now().activeTokens());
      }
      restored.replaced().ifPresent(kept -> err.printf("The replaced database is %s%n", kept));
      return CommandLine.ExitCode.OK;
    }
  }

  @Command(
      name = "check",
      description = {
        "Look whether the database is sound, without changing it; the server may run.",
        "Exit code 1 if it is not."
      },
      mixinStandardHelpOptions = true)
  static final class CheckCommand implements Callable<Integer> {
    @Mixin Main.DatabaseOption database;
    @Spec CommandSpec spec;

    @Override
    public Integer call() {
      Inspection found = Inspection.of(SqliteDatabase.existing(database.location));
      PrintWriter out = spec.commandLine().getOut();
      out.println("Database       " + database.location);
      out.println(
          "Version        "
              + found.version()
              + (found.pending().isEmpty()
                  ? ""
                  : ", the next command brings it to "
                      + found.pending().get(found.pending().size() - 1)));
      row(out, "Workspaces", found, "workspace");
      row(out, "Agents", found, "agent");
      if (found.rows().containsKey("api_token")) {
        long revoked = found.rows().get("api_token") - found.activeTokens();
        out.println("Tokens         " + found.activeTokens() + " active, " + revoked + " revoked");
      }
      row(out, "Sessions", found, "session");
      row(out, "Audit events", found, "audit_event");
      out.println("Log            " + found.logBytes() + " bytes");
      out.println("Sound          " + (found.faults().isEmpty() ? "yes" : "no"));
      out.flush();
      found.faults().forEach(spec.commandLine().getErr()::println);
      return found.faults().isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static void row(PrintWriter out, String label, Inspection found, String table) {
      Long count = found.rows().get(table);
      if (count != null) {
        out.printf("%-15s%d%n", label, count);
      }
    }
  }

  @Command(
      name = "copy",
      description = {
        "Copy a SQLite database into one of PostgreSQL, with all that is in it.",
        "All or nothing; compared, row by row, before it counts. The file is only read. To copy again"
            + " replaces what was copied, unless that has been used since."
      },
      mixinStandardHelpOptions = true)
  static final class CopyCommand implements Callable<Integer> {
    @Mixin Main.DatabaseOption database;
    @Spec CommandSpec spec;

    @Option(
        names = "--to",
        required = true,
        paramLabel = "URL",
        defaultValue = "${env:ADRAA_TO}",
        description = "JDBC URL of PostgreSQL: jdbc:postgresql://HOST/NAME?user=USER.")
    String to;

    @Override
    public Integer call() {
      PrintWriter err = spec.commandLine().getErr();
      Path file = SqliteDatabase.existing(database.location);
      if (!PostgresDatabase.is(to)) {
        throw new UserException("--to must be a URL such as jdbc:postgresql://HOST/NAME?user=USER");
      }
      err.println("Checking " + database.location);
      Inspection found = Inspection.of(file);
      if (!found.faults().isEmpty() || !found.pending().isEmpty()) {
        throw new UserException(
            found.faults().isEmpty()
                ? "The file is of an older version; 'workspace list' brings it to this one"
                : "The file is not sound; 'check' tells what is wrong, 'restore' a backup");
      }
      Map<String, Long> rows = DatabaseCopy.copy(file, to, progress(err));
      err.printf(
          "Copied and compared: %d workspaces, %d agents, %d tokens, %d audit events%n",
          rows.get("workspace"), rows.get("agent"), rows.get("api_token"), rows.get("audit_event"));
      err.println(
          "What a server still writes to the file is not there: stop it, and copy again before you"
              + " start one on the copy.");
      return CommandLine.ExitCode.OK;
    }

    private static DatabaseCopy.Progress progress(PrintWriter err) {
      boolean terminal = CommandLine.Help.Ansi.AUTO.enabled();
      return (table, rows, of) -> {
        if (terminal) {
          err.printf(
              "\rCopied %s: %,d of %,d%s", table, rows, of, rows < of ? "" : "%n".formatted());
          err.flush();
        } else if (rows == of) {
          err.printf("Copied %s: %,d%n", table, rows);
        }
      };
    }
  }

  private static String counts(Inspection found) {
    return "%d workspaces, %d tokens, %d of them active, %d audit events"
        .formatted(
            found.rows().getOrDefault("workspace", 0L),
            found.rows().getOrDefault("api_token", 0L),
            found.activeTokens(),
            found.rows().getOrDefault("audit_event", 0L));
  }

  static final class ActionConverter implements ITypeConverter<AuditEvent.Action> {
    @Override
    public AuditEvent.Action convert(String text) {
      return Arrays.stream(AuditEvent.Action.values())
          .filter(action -> action.word().equals(text))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException("'" + text + "' is no action of the audit trail"));
    }
  }

  static final class TimeConverter implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
      try {
        return text.contains("T")
            ? Instant.parse(text)
            : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + text + "' is no time such as 2026-06-12 or 2026-06-12T10:25:00Z");
      }
    }
  }

  static final class CountConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      if (!text.matches("[0-9]{1,18}")) {
        throw new TypeConversionException("'" + text + "' is not a count");
      }
      return Long.valueOf(text);
    }
  }

  static final class FormatConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (!text.equals("table") && !text.equals("json")) {
        throw new TypeConversionException("'" + text + "' is neither table nor json");
      }
      return text;
    }
  }
}
