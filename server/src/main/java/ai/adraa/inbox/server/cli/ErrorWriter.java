package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.text.PlainText;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes messages to stderr. Messages quote arguments, so this replaces the secrets in them by an
 * ellipsis, and escapes characters that control a terminal. Each message must be flushed as a
 * whole. Not thread-safe.
 */
final class ErrorWriter extends Writer {
  // What follows the prefix of an API token or a session, also if it is mistyped or too short. It
  // has a digit, unlike the name of a variable.
  private static final Pattern TOKEN =
      Pattern.compile("(?i)(adraa_(?:session_)?(?=\\w*[0-9])[0-9a-z]{8})\\w+");
  // Up to the last @, because an unencoded password can contain one.
  private static final Pattern USER_INFO = Pattern.compile("://.+@", Pattern.DOTALL);
  private static final Pattern USER_INFO_AND_PARAMETERS =
      Pattern.compile("://(?=.*@)(?=.*[?;]).+", Pattern.DOTALL);
  private static final Pattern PARAMETERS = Pattern.compile("[?;].+", Pattern.DOTALL);

  private record Mask(String secret, String replacement) {}

  private final Writer stderr;
  private final List<Mask> masks = new ArrayList<>();
  private final StringBuilder message = new StringBuilder();

  /**
   * @param arguments the texts that messages can quote
   */
  ErrorWriter(Writer stderr, Collection<String> arguments) {
    this.stderr = stderr;
    for (String argument : arguments) {
      // With both an @ and parameters, nobody can tell which of them the password contains.
      mask(USER_INFO_AND_PARAMETERS, argument, "://…");
      mask(USER_INFO, argument, "://…@");
      if (argument.contains("jdbc:") || argument.contains("://")) {
        mask(PARAMETERS, argument, "?…");
      }
    }
  }

  private void mask(Pattern secret, String argument, String replacement) {
    Matcher found = secret.matcher(argument);
    if (found.find()) {
      masks.add(new Mask(found.group(), replacement));
    }
  }

  @Override
  public void write(char[] text, int offset, int length) {
    message.append(text, offset, length);
  }

  @Override
  public void flush() throws IOException {
    String text = message.toString();
    message.setLength(0);
    for (Mask mask : masks) {
      text = text.replace(mask.secret(), mask.replacement());
    }
    text = TOKEN.matcher(text).replaceAll("$1…");
    stderr.write(PlainText.escape(text, "\n\r\t"));
    stderr.flush();
  }

  @Override
  public void close() throws IOException {
    flush();
  }
}
