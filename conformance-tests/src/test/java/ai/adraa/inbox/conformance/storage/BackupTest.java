package ai.adraa.inbox.conformance.storage;

import static ai.adraa.inbox.conformance.storage.SqliteFile.addEvents;
import static ai.adraa.inbox.conformance.storage.SqliteFile.check;
import static ai.adraa.inbox.conformance.storage.SqliteFile.ids;
import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A failed backup leaves no file behind. */
@Tag("once")
@Tag("sqlite")
class BackupTest {
  @TempDir private Path directory;
  @AutoClose private final TestInbox inbox = TestInbox.start();
  private final TestInbox.SignedIn admin = inbox.workspace("acme");
  private Path backup;

  @BeforeEach
  void nameBackup() {
    backup = directory.resolve("backup.db");
  }

  @Test
  void whatIsAcknowledgedBeforeABackupBeginsIsInItWhileOthersWrite() throws Exception {
    Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    AtomicBoolean done = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(5);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> writers =
          Stream.<Runnable>generate(
                  () ->
                      () -> {
                        while (!done.get()) {
                          acknowledged.add(inbox.createToken(admin, "while backing up").id());
                          begun.countDown();
                        }
                      })
              .limit(2)
              .<Future<?>>map(threads::submit)
              .toList();
      begun.await();
      for (int i = 0; i < 3; i++) {
        List<String> before = List.copyOf(acknowledged);
        inbox.command("backup", backup.toString(), "--overwrite");

        assertThat(ids(backup)).containsAll(before);
        assertThat(check(backup)).contains("Sound          yes");
      }
      done.set(true);
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      threads.shutdownNow();
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).as("one file, nothing half done beside it").containsExactly(backup);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
        .isEqualTo("rw-------");
  }

  @Test
  void anExistingFileIsReplacedOnlyWhenTold() throws Exception {
    Files.writeString(backup, "notes");

    assertThat(inbox.refused("backup", backup.toString())).contains("exists", "--overwrite");
    assertThat(backup).hasContent("notes");
    assertThat(inbox.refused("backup", inbox.database().toString(), "--overwrite"))
        .contains("is the database itself");

    inbox.command("backup", backup.toString(), "--overwrite");
    assertThat(check(backup)).contains("Sound          yes");
    assertThat(inbox.command("audit", "list", "--action", "backup").lines()).hasSize(2);
  }

  @Test
  void backupsToOneFileDoNotMeet() throws Exception {
    addEvents(inbox.database(), 20_000);
    Callable<Tool.Finished> write = () -> inbox.run("backup", backup.toString(), "--overwrite");
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 5; i++) {
        for (Future<Tool.Finished> written : threads.invokeAll(Collections.nCopies(2, write))) {
          assertThat(written.get().exitCode()).as(written.get().err()).isZero();
        }
        assertThat(check(backup)).contains("Sound          yes");
      }
    } finally {
      threads.shutdownNow();
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).as("nothing half done beside it").containsExactly(backup);
    }
  }

  @Test
  void aFolderThatIsMissingIsNamed() {
    Path missing = directory.resolve("missing");
    assertThat(inbox.refused("backup", missing.resolve("b.db").toString()))
        .isEqualTo(
            "Cannot write the backup %1$s/b.db: the folder %1$s does not exist".formatted(missing));
    assertThat(inbox.refused("backup", "/proc/b.db"))
        .startsWith("Cannot write the backup /proc/b.db: the folder /proc cannot be written to")
        .doesNotContain(".partial");
  }

  @Test
  void oneIsNotCountedAsSeveral() {
    inbox.createToken(admin, "CRM integration");

    assertThat(inbox.run("backup", backup.toString()).succeeded().err())
        .startsWith("Wrote and verified the backup: 1 workspace, 1 token, 1 of them active, ");
    inbox.stopServer();
    assertThat(inbox.run("restore", backup.toString()).succeeded().err())
        .contains("Restored and verified: 1 workspace, 1 token, ");
  }
}
