package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.database.DatabaseLocation;
import picocli.CommandLine.Option;

/** The option {@code --database}, shared by the commands that use the database. */
final class DatabaseOption {
  @Option(
      names = "--database",
      paramLabel = "FILE",
      defaultValue = "adraa-inbox.db",
      description =
          "SQLite file, created if it is not there, or a JDBC URL: jdbc:sqlite:FILE,"
              + " jdbc:postgresql://HOST/NAME (default: adraa-inbox.db).")
  DatabaseLocation location;
}
