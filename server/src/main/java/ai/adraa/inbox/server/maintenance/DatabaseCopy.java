package ai.adraa.inbox.server.maintenance;

import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.postgresql.PostgresConnections;
import ai.adraa.inbox.server.database.postgresql.PostgresDatabase;
import ai.adraa.inbox.server.database.postgresql.PostgresFailure;
import ai.adraa.inbox.server.error.OperatorException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Copies a SQLite database to PostgreSQL in one transaction: everything or nothing. It replaces an
 * earlier copy, unless that copy has been used since.
 */
public final class DatabaseCopy {
  /** Receives the progress of a copy. */
  public interface Progress {
    /**
     * Called after each part of a table and at its end.
     *
     * @param rows rows copied so far
     * @param of rows in the table
     */
    void copied(String table, long rows, long of);
  }

  /** Ordered so that no table refers to a later one. */
  private static final List<String> TABLES =
      List.of(
          "workspace",
          "agent",
          "membership",
          "api_token",
          "token_usage",
          "token_address",
          "outgoing_mail",
          "session",
          "sign_in_code",
          "audit_event");

  private static final int BUFFER = 64 * 1024;
  private static final int FETCH = 1_000;
  private static final int COMMIT_SECONDS = 60;

  /** Compares the content of two tables by row count and a hash that ignores row order. */
  private static final class Sum {
    long rows;
    private final long[] hash = new long[4];
    private final MessageDigest sha256;

    Sum() {
      try {
        sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    void add(String row) {
      ByteBuffer digest = ByteBuffer.wrap(sha256.digest(row.getBytes(StandardCharsets.UTF_8)));
      for (int i = 0; i < hash.length; i++) {
        hash[i] += digest.getLong();
      }
      rows++;
    }

    boolean equals(Sum other) {
      return rows == other.rows && Arrays.equals(hash, other.hash);
    }
  }

  private DatabaseCopy() {}

  /**
   * Copies the file, reads the copy back, compares both, and then commits.
   *
   * @param file the SQLite file, which is only read; writes during the copy are not copied
   * @param url the JDBC URL of the PostgreSQL database
   * @param recording called when the target is ready, before the file is read; what it writes to
   *     the file is copied too
   * @return the number of rows of each table
   * @throws OperatorException if either database cannot be used, or if an earlier copy has been
   *     used
   */
  public static Map<String, Long> copy(
      Path file, String url, Runnable recording, Progress progress) {
    String target = DatabaseLocation.withoutSecrets(url);
    // Migrates the target's tables to this program's version.
    PostgresDatabase.open(new DatabaseLocation(url), Optional.empty()).close();
    boolean committing = false;
    try (Connection from = Inspection.readOnly(file).getConnection();
        Statement reading = from.createStatement();
        // No socket timeout: one statement may copy all rows.
        Connection to = PostgresConnections.primary(url, 0).getConnection();
        Statement writing = to.createStatement()) {
      from.setAutoCommit(false);
      to.setAutoCommit(false);
      writing.execute("SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = 0");
      writing.execute("LOCK TABLE " + String.join(", ", TABLES) + " IN ACCESS EXCLUSIVE MODE");
      recording.run();
      boolean empty = count(writing, "workspace") == 0 && count(writing, "audit_event") == 0;
      Map<String, Sum> sums = new LinkedHashMap<>();
      for (String table : TABLES) {
        if (!empty) {
          writing.execute("CREATE TEMP TABLE new_%1$s (LIKE %1$s) ON COMMIT DROP".formatted(table));
        }
        sums.put(table, copy(reading, table, to, empty ? table : "new_" + table, progress));
      }
      if (!empty) {
        requireUnused(writing, target);
        writing.execute("TRUNCATE " + String.join(", ", TABLES));
        for (String table : TABLES) {
          writing.execute("INSERT INTO %1$s SELECT * FROM new_%1$s".formatted(table));
        }
      }
      writing.execute(
          "SELECT setval(pg_get_serial_sequence('audit_event', 'id'),"
              + " (SELECT coalesce(max(id), 0) + 1 FROM audit_event), false)");
      for (Map.Entry<String, Sum> copied : sums.entrySet()) {
        if (!sum(writing, copied.getKey()).equals(copied.getValue())) {
          throw new OperatorException(
              "Nothing was copied: the table %s in %s differs from the file after the copy"
                  .formatted(copied.getKey(), target));
        }
      }
      committing = true;
      // Sent as a statement with a timeout, because a commit could wait for a standby forever. A
      // node does not read from a standby that does not have the copy yet.
      writing.setQueryTimeout(COMMIT_SECONDS);
      writing.execute("COMMIT");
      return sums.entrySet().stream()
          .collect(
              Collectors.toMap(
                  Map.Entry::getKey, e -> e.getValue().rows, (a, b) -> a, LinkedHashMap::new));
    } catch (SQLException e) {
      throw new OperatorException(
          (committing
                  ? "The copy to %s may or may not be complete: %s. Copy again"
                  : "Nothing was copied to %s: %s")
              .formatted(
                  target, PostgresFailure.reason(e).orElseGet(() -> OperatorException.reason(e))),
          e);
    }
  }

  private static Sum copy(
      Statement reading, String table, Connection to, String target, Progress progress)
      throws SQLException {
    long of = count(reading, table);
    Sum sum = new Sum();
    try (ResultSet rows = reading.executeQuery("SELECT * FROM " + table)) {
      CopyIn copy =
          to.unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn("COPY %s (%s) FROM STDIN".formatted(target, columns(rows)));
      try {
        StringBuilder buffer = new StringBuilder();
        while (rows.next()) {
          String row = row(rows);
          sum.add(row);
          buffer.append(row).append('\n');
          if (buffer.length() > BUFFER) {
            write(buffer, copy);
            progress.copied(table, sum.rows, of);
          }
        }
        write(buffer, copy);
        copy.endCopy();
      } finally {
        if (copy.isActive()) {
          copy.cancelCopy();
        }
      }
    }
    progress.copied(table, sum.rows, of);
    return sum;
  }

  private static void write(StringBuilder buffer, CopyIn copy) throws SQLException {
    byte[] bytes = buffer.toString().getBytes(StandardCharsets.UTF_8);
    copy.writeToCopy(bytes, 0, bytes.length);
    buffer.setLength(0);
  }

  private static Sum sum(Statement reading, String table) throws SQLException {
    Sum sum = new Sum();
    reading.setFetchSize(FETCH);
    // The columns have the same order as in SQLite, which the hash depends on.
    try (ResultSet rows = reading.executeQuery("SELECT * FROM " + table)) {
      while (rows.next()) {
        sum.add(row(rows));
      }
    }
    return sum;
  }

  /**
   * Refuses a target that has events, tokens or revocations that the file does not have: they show
   * that the target has been used.
   */
  private static void requireUnused(Statement writing, String target) throws SQLException {
    long events =
        number(
            writing,
            """
            SELECT count(*) FROM audit_event a WHERE NOT EXISTS
              (SELECT 1 FROM new_audit_event n WHERE n.id = a.id AND n IS NOT DISTINCT FROM a)
            """);
    long tokens =
        number(
            writing,
            """
            SELECT count(*) FROM api_token t WHERE NOT EXISTS
              (SELECT 1 FROM new_api_token n WHERE n.id = t.id
                AND (t.revoked_at IS NULL OR n.revoked_at IS NOT NULL))
            """);
    if (events > 0 || tokens > 0) {
      throw new OperatorException(
          ("Nothing was copied: %s has been used. It has audit events (%s) or tokens and revocations"
                  + " (%s) that the file does not have. To discard them, copy to a new database")
              .formatted(target, events, tokens));
    }
  }

  private static String columns(ResultSet rows) throws SQLException {
    ResultSetMetaData columns = rows.getMetaData();
    StringBuilder names = new StringBuilder();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      names.append(i == 1 ? "" : ", ").append(columns.getColumnName(i));
    }
    return names.toString();
  }

  /**
   * Returns the row in COPY's text format, described under "Text Format" at
   * https://www.postgresql.org/docs/current/sql-copy.html.
   */
  private static String row(ResultSet row) throws SQLException {
    StringBuilder text = new StringBuilder();
    int columns = row.getMetaData().getColumnCount();
    for (int i = 1; i <= columns; i++) {
      Object value = row.getObject(i);
      text.append(i == 1 ? "" : "\t")
          .append(
              value == null
                  ? "\\N"
                  : value instanceof byte[] bytes
                      ? "\\\\x" + HexFormat.of().formatHex(bytes)
                      : value
                          .toString()
                          .replace("\\", "\\\\")
                          .replace("\t", "\\t")
                          .replace("\n", "\\n")
                          .replace("\r", "\\r"));
    }
    return text.toString();
  }

  private static long count(Statement statement, String table) throws SQLException {
    return number(statement, "SELECT count(*) FROM " + table);
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}
