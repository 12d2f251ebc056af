package ai.adraa.inbox.conformance.storage;

import ai.adraa.inbox.conformance.support.Command;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What tests do to a database file, beside the server. */
final class SqliteFile {
  private SqliteFile() {}

  /**
   * Requires that the command {@code check} finds the database sound, and returns what it prints.
   */
  static String check(Path database) {
    return Command.run("check", "--database", database.toString()).succeeded().out();
  }

  /** The ids of all tokens. */
  static List<String> ids(Path database) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        ResultSet rows = connection.createStatement().executeQuery("SELECT id FROM api_token")) {
      Stream.Builder<String> ids = Stream.builder();
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
      return ids.build().toList();
    }
  }

  /** Adds events to the audit trail, so that work on the file takes longer. */
  static void addEvents(Path database, int count) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute(
          """
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)
          INSERT INTO audit_event (at, action, channel) SELECT i, 'sign-in', 'console' FROM n
          """
              .formatted(count));
    }
  }

  /** Overwrites whole pages of the tokens' tables and indexes, as a bad disk would. */
  static void damage(Path database) throws Exception {
    int root;
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        ResultSet row =
            connection
                .createStatement()
                .executeQuery("SELECT rootpage FROM sqlite_schema WHERE name = 'api_token'")) {
      root = row.getInt(1);
    }
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      file.seek((root - 1) * 4096L);
      byte[] garbage = new byte[4096];
      Arrays.fill(garbage, (byte) 0x5a);
      file.write(garbage);
    }
  }
}
