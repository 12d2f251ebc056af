package ai.adraa.inbox.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;

/** SQLite's own shell: the same rows on the same disk, without any server. */
final class Shell {
  private static int made;

  private Shell() {}

  /** Inserts what the product inserts for each token, in one transaction each. */
  static double insertsPerSecond(Store store, int tokens) throws IOException, InterruptedException {
    StringBuilder script =
        new StringBuilder("PRAGMA journal_mode = WAL;\nPRAGMA synchronous = FULL;\n");
    Random random = new Random();
    for (int i = 0; i < tokens; i++) {
      byte[] hash = new byte[32];
      random.nextBytes(hash);
      long at = 1_800_000_000_000L + made++;
      String id = "c" + Long.toString(at, 36) + HexFormat.of().formatHex(hash, 0, 8);
      script.append(
          """
          BEGIN IMMEDIATE;
          INSERT INTO api_token (id, workspace_id, name, name_key, prefix, secret_hash, created_at, created_by)
            SELECT '%1$s', workspace_id, 'New', 'new', 'adraa_%2$.8s', x'%2$s', %3$d, agent_id FROM membership;
          INSERT INTO audit_event (at, action, channel, agent_id, address, request_id, workspace_id, token_id, detail)
            SELECT %3$d, 'token.created', 'console', agent_id, '127.0.0.1', '%1$s', workspace_id, '%1$s', 'New' FROM membership;
          COMMIT;
          """
              .formatted(id, HexFormat.of().formatHex(hash), at));
    }
    Path file = Benchmark.directory().resolve("inserts.sql");
    Files.writeString(file, script);
    long begin = System.nanoTime();
    Process shell =
        new ProcessBuilder("sqlite3", "-bail", store.database().toString())
            .redirectInput(file.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(shell.getInputStream().readAllBytes());
    if (shell.waitFor() != 0) {
      throw new IllegalStateException("sqlite3: " + output);
    }
    return tokens * 1e9 / (System.nanoTime() - begin);
  }
}
