package ai.adraa.inbox.server.maintenance;

import ai.adraa.inbox.server.database.sqlite.NativeLibrary;
import ai.adraa.inbox.server.database.sqlite.SqliteDatabase;
import ai.adraa.inbox.server.error.OperatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * Reports the state of a SQLite database file without changing it, while other processes may use
 * it.
 *
 * @param faults problems, one line of text each; empty if there are none
 * @param version the last applied migration, such as {@code V2}; {@code none} or {@code unknown}
 * @param pending the migrations that this program would apply
 * @param rows the number of rows by table
 * @param activeTokens the number of tokens that are not revoked, including expired ones
 * @param logBytes the size of the write-ahead log in bytes; 0 if there is none
 */
public record Inspection(
    List<String> faults,
    String version,
    List<String> pending,
    Map<String, Long> rows,
    long activeTokens,
    long logBytes) {
  private static final Set<String> TABLES =
      Set.of("workspace", "agent", "membership", "api_token", "session", "flyway_schema_history");
  private static final int FAULTS_SHOWN = 10;

  /** Inspects the file. A file that cannot be read is reported as a fault, not as an exception. */
  public static Inspection of(Path file) {
    List<String> faults = new ArrayList<>();
    Map<String, Long> rows = Map.of();
    long activeTokens = 0;
    String version = "unknown";
    List<String> pending = List.of();
    try (Connection connection = readOnly(file).getConnection()) {
      faults.addAll(damage(connection));
      rows = rows(connection);
      if (!rows.keySet().containsAll(TABLES)) {
        faults.add("It is not a database of this program");
      } else {
        activeTokens =
            number(
                connection,
                """
                /* Inspection.activeTokens */
                SELECT count(*) FROM api_token WHERE revoked_at IS NULL
                """);
        MigrationInfo[] applied = flyway(file).info().applied();
        version = applied.length == 0 ? "none" : "V" + applied[applied.length - 1].getVersion();
        pending =
            Arrays.stream(flyway(file).info().pending())
                .map(migration -> "V" + migration.getVersion())
                .toList();
        faults.addAll(migrationFaults(file));
      }
    } catch (SQLException | FlywayException e) {
      faults.add("It cannot be read: " + OperatorException.reason(e));
    }
    return new Inspection(faults, version, pending, rows, activeTokens, logBytes(file));
  }

  /** Returns the most important row counts in words. */
  public String counts() {
    return "%s, %s, %s of them active, %s"
        .formatted(
            count("workspace", "workspace"),
            count("token", "api_token"),
            activeTokens,
            count("audit event", "audit_event"));
  }

  private Count count(String noun, String table) {
    return new Count(rows.getOrDefault(table, 0L), noun);
  }

  /** Opens the file read-only: it is not migrated and its settings stay unchanged. */
  static SQLiteDataSource readOnly(Path file) {
    NativeLibrary.load();
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(10_000);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  /** Returns the number of rows by table, including tables of other programs like Litestream. */
  static Map<String, Long> rows(Connection connection) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet names =
            statement.executeQuery(
                """
                /* Inspection.rows */
                SELECT name FROM sqlite_schema
                WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                """)) {
      while (names.next()) {
        tables.add(names.getString(1));
      }
    }
    Map<String, Long> rows = new TreeMap<>();
    for (String table : tables) {
      rows.put(
          table,
          number(connection, "SELECT count(*) FROM \"" + table.replace("\"", "\"\"") + "\""));
    }
    return rows;
  }

  private static List<String> damage(Connection connection) throws SQLException {
    List<String> damage = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      try (ResultSet found =
          statement.executeQuery("PRAGMA integrity_check(" + FAULTS_SHOWN + ")")) {
        while (found.next()) {
          if (!found.getString(1).equals("ok")) {
            damage.add("Damaged: " + found.getString(1).lines().findFirst().orElse(""));
          }
        }
      }
      try (ResultSet found = statement.executeQuery("PRAGMA foreign_key_check")) {
        while (found.next() && damage.size() < FAULTS_SHOWN) {
          damage.add(
              "A row of %s refers to a missing row of %s"
                  .formatted(found.getString("table"), found.getString("parent")));
        }
      }
    }
    return damage;
  }

  private static List<String> migrationFaults(Path file) {
    List<String> faults = new ArrayList<>();
    for (MigrationInfo migration : flyway(file).info().all()) {
      switch (migration.getState()) {
        case FUTURE_SUCCESS, FUTURE_FAILED ->
            faults.add("It was written by a newer version; update this program");
        case FAILED, MISSING_FAILED, MISSING_SUCCESS, OUT_OF_ORDER ->
            faults.add(
                "Migration V%s: %s"
                    .formatted(migration.getVersion(), migration.getState().getDisplayName()));
        default -> {
          // Applied or pending.
        }
      }
    }
    return faults;
  }

  private static Flyway flyway(Path file) {
    return SqliteDatabase.flyway(readOnly(file));
  }

  private static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.getLong(1);
    }
  }

  private static long logBytes(Path file) {
    Path log = Path.of(file + "-wal");
    try {
      return Files.exists(log) ? Files.size(log) : 0;
    } catch (IOException e) {
      return 0; // The last process that closed the database has just removed the log.
    }
  }
}
