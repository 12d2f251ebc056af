package ai.adraa.inbox.server.database;

import ai.adraa.inbox.server.text.SearchKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/**
 * Version 5: sets the search keys of names, which SQL cannot compute in the same way everywhere.
 */
final class NameKeysMigration implements JavaMigration {
  @Override
  public MigrationVersion getVersion() {
    return MigrationVersion.fromVersion("5");
  }

  @Override
  public String getDescription() {
    return "name keys";
  }

  @Override
  public @Nullable Integer getChecksum() {
    return null;
  }

  @Override
  public boolean canExecuteInTransaction() {
    return true;
  }

  @Override
  public void migrate(Context context) throws SQLException {
    try (Statement reading = context.getConnection().createStatement();
        PreparedStatement writing =
            context
                .getConnection()
                .prepareStatement("UPDATE api_token SET name_key = ? WHERE id = ?")) {
      for (Map.Entry<String, String> changed : changedKeys(reading).entrySet()) {
        writing.setString(1, changed.getValue());
        writing.setString(2, changed.getKey());
        writing.executeUpdate();
      }
    }
  }

  private static Map<String, String> changedKeys(Statement reading) throws SQLException {
    Map<String, String> keys = new LinkedHashMap<>();
    try (ResultSet tokens = reading.executeQuery("SELECT id, name, name_key FROM api_token")) {
      while (tokens.next()) {
        String key = SearchKey.of(tokens.getString("name"));
        if (!key.equals(tokens.getString("name_key"))) {
          keys.put(tokens.getString("id"), key);
        }
      }
    }
    return keys;
  }
}
