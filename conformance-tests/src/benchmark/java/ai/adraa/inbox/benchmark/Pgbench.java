package ai.adraa.inbox.benchmark;

import ai.adraa.inbox.conformance.support.Postgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** PostgreSQL's own load generator: the SELECT of a verification, prepared, without any server. */
final class Pgbench {
  private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");
  private static final int TOKENS = 100;

  private Pgbench() {}

  /** Where it is: on the PATH, or where Debian puts it. */
  static Optional<Path> find() throws IOException {
    List<Path> folders = new ArrayList<>();
    for (String folder : System.getenv("PATH").split(":")) {
      folders.add(Path.of(folder));
    }
    Path debian = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(debian)) {
      try (Stream<Path> versions = Files.list(debian)) {
        versions.map(version -> version.resolve("bin")).forEach(folders::add);
      }
    }
    return folders.stream()
        .map(folder -> folder.resolve("pgbench"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** As many as the server answers, by as many connections as a node has readers. */
  static double selectsPerSecond(
      Path pgbench, Postgres server, String database, List<String> secrets, int seconds)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                pgbench.toString(),
                "-n",
                "-M",
                "prepared",
                "-c",
                "8",
                "-j",
                "1",
                "-T",
                "" + seconds,
                "-h",
                "127.0.0.1",
                "-p",
                "" + server.port(),
                "-U",
                "postgres"));
    Path directory = Files.createDirectories(Benchmark.directory().resolve("pgbench"));
    for (int i = 0; i < TOKENS; i++) {
      String hash = HexFormat.of().formatHex(sha256(secrets.get(i)));
      Path script = directory.resolve(i + ".sql");
      Files.writeString(
          script,
          """
          SELECT t.secret_hash = '\\x%1$s' AND w.id = t.workspace_id, t.revoked_at IS NULL, t.id, t.name, w.id, w.name FROM api_token t JOIN workspace w ON w.id = t.workspace_id WHERE t.secret_hash = '\\x%1$s';
          """
              .formatted(hash));
      command.add("-f");
      command.add(script.toString());
    }
    command.add(database);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    Matcher found = TPS.matcher(output);
    if (!found.find() || !output.contains("number of failed transactions: 0 ")) {
      throw new IllegalStateException("pgbench: " + output);
    }
    return Double.parseDouble(found.group(1));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
