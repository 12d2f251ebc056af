package ai.adraa.inbox.server.database;

import ai.adraa.inbox.server.error.OperatorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells the forms of a database location apart and keeps its password out of messages. The forms
 * are a plain file name, {@code jdbc:sqlite:FILE} and {@code jdbc:postgresql://HOST/NAME}.
 *
 * @param text the location as the operator wrote it; may contain a password
 */
public record DatabaseLocation(String text) {
  private static final String SQLITE = "jdbc:sqlite:";
  private static final String POSTGRES = "jdbc:postgresql:";
  // A single letter is a drive of Windows.
  private static final Pattern URL_SCHEME = Pattern.compile("(?i)(jdbc:)?[a-z][a-z0-9+.-]+:(//)?");
  private static final Pattern POSTGRES_OF_OTHERS =
      Pattern.compile("(?i)(jdbc:)?postgres(ql)?:.*", Pattern.DOTALL);
  // The place follows the last @. Neither the place nor the text before it may contain a character
  // that starts a parameter.
  private static final Pattern URL_PARTS =
      Pattern.compile("(?<scheme>" + URL_SCHEME + ")([^?&;]*@)?(?<place>[^?&;@]*)([?&;][^@]*)?");

  public boolean isPostgres() {
    return text.startsWith(POSTGRES);
  }

  /**
   * Returns the SQLite file, which need not exist.
   *
   * @throws OperatorException if this location is not a plain file
   */
  public Path file() {
    if (isPostgres()) {
      throw new OperatorException(
          "This command works only on a SQLite file; for PostgreSQL use its own tools, such as"
              + " pg_dump and pg_restore");
    }
    if (isUrl()) {
      throw new OperatorException(
          "Cannot open the database "
              + this
              + (POSTGRES_OF_OTHERS.matcher(text).matches()
                  ? ": use jdbc:postgresql://HOST/NAME?user=USER"
                  : ": it must be a file, jdbc:sqlite:FILE or jdbc:postgresql://HOST/NAME;"
                      + " write ./NAME for a file whose name has a colon"));
    }
    String file = text.startsWith(SQLITE) ? text.substring(SQLITE.length()) : text;
    // With an in-memory database, each connection would get its own database.
    if (file.isBlank() || file.startsWith(":") || file.startsWith("file:") || file.contains("?")) {
      throw new OperatorException(
          "Cannot open the database " + text + ": the path must be a regular file");
    }
    return Path.of(file);
  }

  /**
   * Returns the SQLite file, which must exist.
   *
   * @throws MissingDatabaseException if the file does not exist
   * @throws OperatorException if this location is not a plain file
   */
  public Path existingFile() {
    Path file = file();
    if (!Files.exists(file)) {
      throw new MissingDatabaseException("The database " + text + " does not exist");
    }
    return file;
  }

  /**
   * Returns a URL without the user and the parameters, which may be secret. If an unencoded
   * password makes it unclear where the parameters begin, only the scheme is returned.
   */
  public static String withoutSecrets(String url) {
    Matcher parts = URL_PARTS.matcher(url);
    if (parts.matches()) {
      return parts.group("scheme") + parts.group("place");
    }
    Matcher scheme = URL_SCHEME.matcher(url);
    return (scheme.lookingAt() ? scheme.group() : "") + "…";
  }

  private boolean isUrl() {
    return URL_SCHEME.matcher(text).lookingAt() && !text.startsWith(SQLITE);
  }

  /** Returns the location for messages and logs, without a password. */
  @Override
  public String toString() {
    return isUrl() ? withoutSecrets(text) : text;
  }
}
