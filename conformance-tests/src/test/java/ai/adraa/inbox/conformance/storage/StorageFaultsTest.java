package ai.adraa.inbox.conformance.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * When the disk is full, read-only, damaged or locked, the server returns 503 or does not start. It
 * verifies tokens as long as it can read, never wrongly, and recovers by itself.
 */
@Tag("faults")
@Tag("sqlite")
class StorageFaultsTest extends StorageFixture {
  @Test
  void aFullDiskStopsWritesOnlyAndLosesNothing() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    try (Mount unused = Mount.at(disk, "-t", "tmpfs", "-o", "size=4m", "tmpfs")) {
      Files.copy(template, disk.resolve("inbox.db"));
      // A link, so that the server's output is not on the full disk.
      Files.createSymbolicLink(database, disk.resolve("inbox.db"));
      List<CreatedToken> acknowledged = new ArrayList<>();
      int refused = 0;
      try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
        acknowledged.add(console(server).createToken(workspaceId, "before"));
        fill(disk.resolve("ballast"));

        // What is allocated already may still take a few.
        HttpResponse<String> create = create(server);
        for (int i = 0; i < 1000 && create.statusCode() == 201; i++) {
          create = create(server);
        }
        assertUnavailable(create);
        for (int i = 0; i < 20; i++) {
          assertUnavailable(revoke(server, active.id()));
          refused++;
          assertVerifies(server);
        }
        server.assertLogs("Cannot write to the database", "the disk is full");
        Files.delete(disk.resolve("ballast"));

        acknowledged.add(console(server).createToken(workspaceId, "after"));
        assertVerifies(server);
        for (CreatedToken token : acknowledged) {
          assertThat(server.verify(token.getSecret())).isEqualTo(200);
        }
        assertQuiet(server);
        server.terminate();
      }
      assertSound(database);

      fill(disk.resolve("ballast"));
      assertRefusesToStart("the disk is full");
      Files.delete(disk.resolve("ballast"));
      try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
        assertThat(server.verify(acknowledged.get(0).getSecret())).isEqualTo(200);
      }
      Faults.figure(
          "StorageFaultsTest, disk full",
          "%s acknowledged, 0 lost; %s writes refused, each with a right verification after it"
              .formatted(acknowledged.size(), refused + 1));
    }
  }

  @Test
  void aFileSystemThatTurnsReadOnlyStopsWritesOnly() throws Exception {
    Path image = directory.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(16 << 20);
    }
    Path disk = Files.createDirectory(directory.resolve("disk"));
    Tool.require("StorageFaultsTest", List.of("mkfs.ext4"));
    Tool.run(directory, 1, Map.of(), "mkfs.ext4", "-q", image.toString()).succeeded();
    Files.createSymbolicLink(database, disk.resolve("inbox.db"));
    CreatedToken before;
    try (Mount mount = Mount.at(disk, "-o", "loop,errors=remount-ro", image.toString())) {
      Files.copy(template, disk.resolve("inbox.db"));
      try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
        before = console(server).createToken(workspaceId, "before");

        mount.turnReadOnly();

        assertUnavailable(create(server));
        assertUnavailable(revoke(server, active.id()));
        assertVerifies(server);
        assertThat(server.verify(before.getSecret())).isEqualTo(200);
        assertThat(console(server).tokens(workspaceId, null).toList()).hasSize(3);

        // As an operator rescues it: what can still be read moves to another disk, log included.
        Path rescued = Files.createDirectory(directory.resolve("rescued"));
        for (String name : List.of("inbox.db", "inbox.db-wal")) {
          Files.copy(disk.resolve(name), rescued.resolve(name));
        }
        Path link = Files.createSymbolicLink(directory.resolve("l"), rescued.resolve("inbox.db"));
        Files.move(link, database, StandardCopyOption.ATOMIC_MOVE);
        assertQuiet(server);
        server.terminate();
      }
      try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
        assertVerifies(server);
        assertThat(server.verify(before.getSecret())).isEqualTo(200);
        assertThat(create(server).statusCode()).isEqualTo(201);
        server.terminate();
      }
    }
    assertSound(database);
  }

  @Test
  void aReadOnlyDatabaseIsNotServed() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    try (Mount unused = Mount.at(disk, "-t", "tmpfs", "tmpfs")) {
      Files.copy(template, disk.resolve("inbox.db"));
      Files.createSymbolicLink(database, disk.resolve("inbox.db"));
      Tool.run(directory, 1, Map.of(), "mount", "-o", "remount,ro", disk.toString()).succeeded();

      assertRefusesToStart("give the server's user");
    }
  }

  @Test
  void aLogThatCannotBeWrittenStopsWritesOnly() throws Exception {
    Files.copy(template, database);
    Path log = Path.of(database + "-wal");
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      console(server).createToken(workspaceId, "before");
      Tool.require("StorageFaultsTest", List.of("chattr"));
      if (Tool.run(directory, 1, Map.of(), "chattr", "+i", log.toString()).exitCode() != 0) {
        throw Mount.cannot("no right to make a file immutable");
      }
      try {
        for (int i = 0; i < 5; i++) {
          assertUnavailable(create(server));
          assertUnavailable(revoke(server, active.id()));
          assertVerifies(server);
        }
      } finally {
        Tool.run(directory, 1, Map.of(), "chattr", "-i", log.toString()).succeeded();
      }
      assertThat(create(server).statusCode()).isEqualTo(201);
      assertVerifies(server);
      assertQuiet(server);
      server.terminate();
    }
    assertSound(database);
  }

  @Test
  void aLockOfAnotherProcessStopsWritesOnlyHoweverManyWait() throws Exception {
    Files.copy(template, database);
    int writers = 500;
    int refused = 0;
    int verified = 0;
    int seconds = Faults.times(5, 30);
    try (ServerProcess server = ServerProcess.serve(database, QUIET);
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + database)) {
      other.createStatement().execute("BEGIN EXCLUSIVE");
      long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
      do {
        List<CompletableFuture<HttpResponse<String>>> creates = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
          creates.add(HTTP.sendAsync(createRequest(server), HttpResponse.BodyHandlers.ofString()));
        }
        CompletableFuture<Void> all =
            CompletableFuture.allOf(creates.toArray(CompletableFuture<?>[]::new));
        while (!all.isDone()) {
          assertVerifies(server);
          verified += 3;
        }
        for (CompletableFuture<HttpResponse<String>> create : creates) {
          assertUnavailable(create.get());
          refused++;
        }
      } while (System.nanoTime() < until);
      // A few are at work and wait for the lock, the rest for their turn: no thread of either is
      // one that verifies.
      assertThat(verified).isGreaterThan(100);
      other.createStatement().execute("ROLLBACK");

      assertThat(create(server).statusCode()).isEqualTo(201);
      server.assertLogs("another process holds a lock");
      assertQuiet(server);
    }
    Faults.figure(
        "StorageFaultsTest, locked by another process",
        "for %s seconds at least; %s creates waited and were refused, %s verifications meanwhile,"
                .formatted(seconds, refused, verified)
            + " all right");
  }

  @Test
  void aDamagedFileIsNeverBelieved() throws Exception {
    Files.copy(template, database);
    byte[] sound = Files.readAllBytes(database);
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      byte[] damaged = sound.clone();
      Random random = new Random(1);
      byte[] noise = new byte[damaged.length - 4096];
      random.nextBytes(noise);
      System.arraycopy(noise, 0, damaged, 4096, noise.length);
      overwrite(damaged);

      int answers = 0;
      for (int i = 0; i < 20; i++) {
        // What a connection still has in memory is right; the file says nothing.
        assertThat(server.verify(active.secret())).isIn(200, 503);
        assertThat(server.verify(revoked.secret())).isIn(401, 503);
        answers += 2;
      }
      await().until(() -> server.verify(active.secret()) == 503);
      assertUnavailable(create(server));
      server.assertLogs("the file is damaged");
      assertQuiet(server);
      Faults.figure("StorageFaultsTest, damaged", answers + " verifications, none wrong");
    }
  }

  @Test
  void anIndexThatLeadsToAnotherTokenVerifiesNothing() throws Exception {
    byte[] file = Files.readAllBytes(template);
    // An entry of the index is hash and row number; a row goes on with a time after its hash.
    long activeRow = row(active.id());
    long revokedRow = row(revoked.id());
    byte[] hash = hash(revoked.id());
    int swapped = 0;
    for (int i = 0; i + 33 <= file.length; i++) {
      if (Arrays.equals(file, i, i + 32, hash, 0, 32) && file[i + 32] == revokedRow) {
        file[i + 32] = (byte) activeRow;
        swapped++;
      }
    }
    assertThat(swapped).isEqualTo(1);
    Files.write(database, file);
    try (ServerProcess server = ServerProcess.serve(database, QUIET)) {
      assertThat(server.verify(revoked.secret())).isEqualTo(503);
      assertThat(server.verify(active.secret())).isEqualTo(200);
      server.assertLogs("the file is damaged");
    }
  }

  @Test
  void aDamagedDatabaseIsNotServed() throws Exception {
    byte[] file = Files.readAllBytes(template);
    byte[] noise = new byte[4096];
    new Random(1).nextBytes(noise);
    for (int page : new int[] {0, file.length / 4096 / 2}) {
      byte[] damaged = file.clone();
      System.arraycopy(noise, 0, damaged, page * 4096, noise.length);
      Files.write(database, damaged);
      assertRefusesToStart("damaged");
    }
    // The first page says how many there are.
    Files.write(database, Arrays.copyOf(file, file.length / 2));
    assertRefusesToStart("damaged");
  }

  @Test
  void twoServersOnOneDatabaseSeeEachOthersRevocationsAtOnce() throws Exception {
    Files.copy(template, database);
    int rounds = Faults.times(15, 1000);
    try (ServerProcess one = ServerProcess.serve(database, QUIET);
        ServerProcess other = ServerProcess.serve(database, QUIET)) {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try {
        List<Future<Integer>> tasks = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
          ServerProcess here = thread % 2 == 0 ? one : other;
          ServerProcess there = thread % 2 == 0 ? other : one;
          tasks.add(threads.submit(() -> createAndRevoke(here, there, rounds)));
        }
        int wrong = 0;
        for (Future<Integer> task : tasks) {
          wrong += task.get();
        }
        assertThat(console(one).tokens(workspaceId, null).toList())
            .hasSize(2 + 4 * rounds)
            // Which each server still writes.
            .usingRecursiveFieldByFieldElementComparatorIgnoringFields("lastUsedAt")
            .isEqualTo(console(other).tokens(workspaceId, null).toList());
        Faults.figure(
            "StorageFaultsTest, two servers on one database",
            "%s tokens created on one, verified and revoked on the other, refused at once on the"
                    .formatted(4 * rounds)
                + " first; "
                + wrong
                + " answers were wrong");
        assertThat(wrong).as("wrong answers").isZero();
      } finally {
        threads.shutdownNow();
      }
      one.terminate();
      assertVerifies(other);
      other.terminate();
    }
    assertSound(database);
  }

  /** Returns how many answers were wrong. */
  private int createAndRevoke(ServerProcess here, ServerProcess there, int rounds)
      throws Exception {
    int wrong = 0;
    for (int i = 0; i < rounds; i++) {
      CreatedToken token = console(here).createToken(workspaceId, "two servers");
      wrong += there.verify(token.getSecret()) == 200 ? 0 : 1;
      console(there).revokeToken(workspaceId, token.getToken().getId());
      wrong += here.verify(token.getSecret()) == 401 ? 0 : 1;
    }
    return wrong;
  }

  private void assertRefusesToStart(String reason) throws Exception {
    Tool.Finished refused =
        ServerProcess.run(Map.of(), "serve", "--port", "0", "--database", database.toString());
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("Cannot open the database " + database, reason);
    assertThat(refused.err().strip().lines()).as(refused.err()).hasSize(1);
  }

  private void overwrite(byte[] bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      file.write(bytes);
    }
  }

  private static long row(String tokenId) throws Exception {
    return Long.parseLong(query("SELECT rowid FROM api_token WHERE id = '" + tokenId + "'"));
  }

  private static byte[] hash(String tokenId) throws Exception {
    return HexFormat.of()
        .parseHex(
            query("SELECT lower(hex(secret_hash)) FROM api_token WHERE id = '" + tokenId + "'"));
  }

  private static String query(String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + template);
        ResultSet row = connection.createStatement().executeQuery(sql)) {
      return row.getString(1);
    }
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }
}
