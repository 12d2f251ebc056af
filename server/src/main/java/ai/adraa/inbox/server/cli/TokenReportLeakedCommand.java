package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.text.PlainText;
import ai.adraa.inbox.server.token.LeakReports;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Revokes the tokens of leaked secrets. Reads the secrets from stdin and never prints them. */
@Command(
    name = "report-leaked",
    description = {
      "Revoke the tokens of leaked secrets and tell the admins of their workspaces by email.",
      "Reads the secrets from stdin, one per line, at most 1000. The server sends the emails."
    },
    mixinStandardHelpOptions = true)
final class TokenReportLeakedCommand extends DatabaseCommand {
  private static final int MOST_BYTES = 256 * 1024;
  private static final int LONGEST_URL = 2000;

  @Option(names = "--url", paramLabel = "URL", description = "Where the secrets were found.")
  @Nullable String url;

  @Override
  void validate() {
    if (url != null && url.codePointCount(0, url.length()) > LONGEST_URL) {
      throw new OperatorException("--url must be at most " + LONGEST_URL + " characters long");
    }
  }

  @Override
  void run(Database database, PrintWriter out, PrintWriter err) {
    List<Secret> secrets = read();
    LeakReports.Result result =
        new LeakReports(database, () -> {}, Clock.systemUTC())
            .report(
                secrets.stream()
                    .map(secret -> new LeakReports.Leak(secret, Optional.ofNullable(url)))
                    .toList(),
                Optional.empty(),
                AuditEvent.Source.commandLine());
    for (LeakReports.Revoked token : result.revoked()) {
      err.printf(
          "Revoked the token %s \"%s\" (%s…) of %s%n",
          token.id(), PlainText.escape(token.name()), token.prefix(), token.workspace());
    }
    long unknown =
        secrets.stream()
            .filter(secret -> !result.known().contains(LeakReports.hash(secret)))
            .count();
    err.printf(
        Locale.ROOT,
        "Tokens revoked: %d; revoked before: %d; lines that are not the secret of a token: %d%n",
        result.revoked().size(),
        result.known().size() - result.revoked().size(),
        unknown);
    if (result.mails() > 0) {
      err.printf(
          Locale.ROOT,
          "Emails to admins: %d. The running server sends them, or the next one that starts%n",
          result.mails());
    }
  }

  private static List<Secret> read() {
    byte[] input;
    try {
      input = System.in.readNBytes(MOST_BYTES + 1);
    } catch (IOException e) {
      throw new OperatorException("Cannot read the secrets from stdin: " + e.getMessage(), e);
    }
    List<Secret> secrets =
        new String(input, StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .map(Secret::new)
            .toList();
    if (input.length > MOST_BYTES || secrets.size() > LeakReports.MOST) {
      throw new OperatorException(
          "Too much input, so no token was revoked: at most "
              + LeakReports.MOST
              + " secrets at once");
    }
    return secrets;
  }
}
