package ai.adraa.inbox.server.maintenance;

import ai.adraa.inbox.server.database.sqlite.SqliteDatabase;
import ai.adraa.inbox.server.error.UserException;
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
 * What a look at a database file shows, while others use it and without changing it.
 *
 * @param faults what is wrong, in lines that people read; empty if nothing is
 * @param pending versions that this program would bring it to
 * @param rows how many rows each table has
 * @param logBytes what of the write-ahead log lies beside the file
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
      faults.add("It cannot be read: " + UserException.reason(e));
    }
    return new Inspection(faults, version, pending, rows, activeTokens, logBytes(file));
  }

  /** Opens the file for reading only; no migration, no change of its settings. */
  static SQLiteDataSource readOnly(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(10_000);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  /** How many rows each table has, also those that others such as Litestream keep there. */
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
              "A row of %s refers to one of %s that is not there"
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
          // Done, or still to be done.
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
      return 0; // It was removed just now, by the last one who had it open.
    }
  }
}
