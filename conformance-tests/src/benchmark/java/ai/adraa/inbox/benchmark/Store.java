package ai.adraa.inbox.benchmark;

import ai.adraa.inbox.conformance.support.WellFormed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * A database with many tokens, of which some are known: those that are verified are spread over all
 * of it, as their hashes are.
 *
 * @param active the file with the secrets of active tokens, one a line
 * @param revoked the same of revoked tokens
 */
record Store(Path database, Path active, Path revoked, String workspaceId, String session) {
  private static final int KNOWN_REVOKED = 1_000;

  /**
   * Makes it, or takes the one that an earlier run has made.
   *
   * @param tokens how many it has
   * @param known how many of them are to be verified
   */
  static Store of(int tokens, int known) throws IOException, SQLException, InterruptedException {
    Path directory = Benchmark.directory().resolve("tokens-" + tokens + "-" + known);
    Path database = directory.resolve("inbox.db");
    Path done = directory.resolve("done");
    if (!Files.exists(done)) {
      Benchmark.progress("Making a database of %,d tokens".formatted(tokens));
      Files.createDirectories(directory);
      for (String suffix : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(Path.of(database + suffix));
      }
      command(database, "workspace", "create", "--name", "benchmark", "--admin", "a@b.example");
      fill(directory, database, tokens, known);
      Files.createFile(done);
    }
    Random random = new Random(tokens);
    String session = "benchmark-" + HexFormat.of().formatHex(bytes(random, 16)) + "-";
    try (Connection connection = open(database);
        Statement statement = connection.createStatement();
        PreparedStatement insert =
            connection.prepareStatement("INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?)")) {
      String agent;
      String workspace;
      try (ResultSet ids =
          statement.executeQuery("SELECT agent_id, workspace_id FROM membership")) {
        ids.next();
        agent = ids.getString(1);
        workspace = ids.getString(2);
      }
      insert.setBytes(1, sha256(session));
      insert.setString(2, agent);
      insert.setLong(3, System.currentTimeMillis());
      insert.setLong(4, System.currentTimeMillis());
      insert.executeUpdate();
      return new Store(
          database, directory.resolve("active"), directory.resolve("revoked"), workspace, session);
    }
  }

  /** A copy that may be written to, beside nothing else. */
  Store copy(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path copy = directory.resolve("inbox.db");
    for (String suffix : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(Path.of(copy + suffix));
    }
    Files.copy(database, copy);
    return new Store(copy, active, revoked, workspaceId, session);
  }

  List<String> activeTokens() throws IOException {
    return Files.readAllLines(active);
  }

  String firstToken() throws IOException {
    return activeTokens().get(0);
  }

  /** Runs a command of the product on a database. */
  static void command(Path database, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("serverJar")));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("ADRAA_DATABASE", database.toString());
    if (builder.start().waitFor() != 0) {
      throw new IllegalStateException("The command failed: " + command);
    }
  }

  private static void fill(Path directory, Path database, int tokens, int known)
      throws SQLException, IOException {
    Random random = new Random(tokens);
    List<String> active = new ArrayList<>();
    List<String> revoked = new ArrayList<>();
    try (Connection connection = open(database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA synchronous = OFF");
      statement.execute("PRAGMA cache_size = -2000000");
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement(
              """
              INSERT INTO api_token (id, workspace_id, name, name_key, prefix, secret_hash, created_at,
                created_by, revoked_at, revoked_by)
              SELECT ?, m.workspace_id, 'Benchmark', 'benchmark', ?, ?, ?, m.agent_id, ?,
                CASE WHEN ? IS NULL THEN NULL ELSE m.agent_id END
              FROM membership m
              """)) {
        // One in a thousand is revoked, and as many of these as needed are known.
        int stride = Math.max(1, tokens / known);
        for (int i = 0; i < tokens; i++) {
          boolean isRevoked = i % stride == stride / 2 && revoked.size() < KNOWN_REVOKED && i > 0;
          boolean isKnown = i % stride == 0 && active.size() < known;
          String secret = secret(random);
          if (isKnown) {
            active.add(secret);
          } else if (isRevoked) {
            revoked.add(secret);
          }
          long at = 1_750_000_000_000L + i;
          // As a cuid: time, then chance.
          insert.setString(
              1, "c" + Long.toString(at, 36) + HexFormat.of().formatHex(bytes(random, 8)));
          insert.setString(2, secret.substring(0, 14));
          insert.setBytes(3, isKnown || isRevoked ? sha256(secret) : bytes(random, 32));
          insert.setLong(4, at);
          for (int parameter : List.of(5, 6)) {
            if (isRevoked && !isKnown) {
              insert.setLong(parameter, at + 1);
            } else {
              insert.setNull(parameter, java.sql.Types.INTEGER);
            }
          }
          insert.addBatch();
          if (i % 10_000 == 9_999) {
            insert.executeBatch();
          }
          if (i % 1_000_000 == 999_999) {
            Benchmark.progress("%,d tokens".formatted(i + 1));
          }
        }
        insert.executeBatch();
      }
      connection.commit();
      connection.setAutoCommit(true);
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    Files.write(directory.resolve("active"), active);
    Files.write(directory.resolve("revoked"), revoked);
  }

  /** A secret as the product makes them; not from a secure source, so of no use elsewhere. */
  static String secret(Random random) {
    return WellFormed.token(bytes(random, 20));
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Connection open(Path database) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + database);
  }
}
