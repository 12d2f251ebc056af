package ai.adraa.inbox.server.database;

import ai.adraa.inbox.server.error.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a database is: a file, {@code jdbc:sqlite:FILE} or {@code jdbc:postgresql://HOST/NAME}.
 *
 * @param text as the operator wrote it; may hold a password
 */
public record DatabaseLocation(String text) {
  private static final String SQLITE = "jdbc:sqlite:";
  private static final String POSTGRES = "jdbc:postgresql:";
  private static final Pattern URL_SCHEME = Pattern.compile("jdbc:[a-z0-9]+:(//)?");
  // The place follows the last @; neither it nor what precedes it has the start of a parameter.
  private static final Pattern URL_PARTS =
      Pattern.compile("(?<scheme>" + URL_SCHEME + ")([^?&;]*@)?(?<place>[^?&;@]*)([?&;][^@]*)?");

  public boolean isPostgres() {
    return text.startsWith(POSTGRES);
  }

  /**
   * The file, there or not.
   *
   * @throws UserException if it is not the location of a file
   */
  public Path file() {
    if (text.startsWith("jdbc:") && !text.startsWith(SQLITE)) {
      throw new UserException(
          isPostgres()
              ? "This command works on a SQLite file; for PostgreSQL use its own tools, such as"
                  + " pg_dump and pg_restore"
              : "Cannot open the database "
                  + this
                  + ": it must be a file, jdbc:sqlite:FILE or jdbc:postgresql://HOST/NAME");
    }
    String file = text.startsWith(SQLITE) ? text.substring(SQLITE.length()) : text;
    // SQLite's database in memory would be another one for each connection.
    if (file.isBlank() || file.startsWith(":") || file.startsWith("file:") || file.contains("?")) {
      throw new UserException("Cannot open the database " + text + ": name a plain file");
    }
    return Path.of(file);
  }

  /**
   * The file of a database that exists.
   *
   * @throws MissingDatabaseException if it does not
   */
  public Path existingFile() {
    Path file = file();
    if (!Files.exists(file)) {
      throw new MissingDatabaseException("There is no database " + text);
    }
    return file;
  }

  /**
   * A JDBC URL without what may be secret: the user and the parameters. Nothing but its scheme is
   * left if a password that is not encoded makes it unclear where the parameters begin.
   */
  public static String withoutSecrets(String url) {
    Matcher parts = URL_PARTS.matcher(url);
    if (parts.matches()) {
      return parts.group("scheme") + parts.group("place");
    }
    Matcher scheme = URL_SCHEME.matcher(url);
    return (scheme.lookingAt() ? scheme.group() : "") + "…";
  }

  /** What people know it by, without a password. */
  @Override
  public String toString() {
    return text.startsWith("jdbc:") && !text.startsWith(SQLITE) ? withoutSecrets(text) : text;
  }
}
