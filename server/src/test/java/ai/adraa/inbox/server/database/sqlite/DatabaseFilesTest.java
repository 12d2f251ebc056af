package ai.adraa.inbox.server.database.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.server.database.sqlite.DatabaseFiles.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a database's files is seen also in a directory that was long the same. */
class DatabaseFilesTest {
  private static final String DATABASE = "inbox.db";
  private static final String LOG = DATABASE + "-wal";
  private static final String INDEX = DATABASE + "-shm";

  private interface Breaking {
    void run(Path directory) throws IOException;
  }

  private record Case(Path directory, DatabaseFiles files, Breaking breaking, Change change) {}

  private final List<Case> cases = new ArrayList<>();

  @Test
  void whatBecomesOfThemIsSeenInADirectoryThatWasLongTheSame(@TempDir Path temporary)
      throws IOException {
    add(temporary, directory -> {}, Change.NONE);
    add(temporary, directory -> Files.createFile(directory.resolve("other")), Change.NONE);
    add(temporary, directory -> Files.delete(directory.resolve(DATABASE)), Change.GONE);
    add(
        temporary,
        directory -> Files.move(directory.resolve(DATABASE), directory.resolve("away")),
        Change.GONE);
    add(temporary, directory -> replace(directory.resolve(DATABASE)), Change.REPLACED);
    add(temporary, DatabaseFilesTest::replaceAndSetTimeBack, Change.REPLACED);
    add(temporary, DatabaseFilesTest::replaceDirectory, Change.REPLACED);
    add(temporary, directory -> Files.delete(directory.resolve(INDEX)), Change.INDEX_LOST);
    add(temporary, directory -> replace(directory.resolve(INDEX)), Change.INDEX_LOST);
    add(temporary, directory -> Files.delete(directory.resolve(LOG)), Change.LOG_LOST);
    add(temporary, directory -> replace(directory.resolve(LOG)), Change.SPLIT);

    // What a link leads to can change where the link does not.
    Path target = create(temporary.resolve("target"));
    Path linked = Files.createDirectory(temporary.resolve("linked"));
    Files.createSymbolicLink(linked.resolve(DATABASE), target.resolve(DATABASE));
    add(linked, directory -> replace(target.resolve(DATABASE)), Change.REPLACED);
    Path first = create(temporary.resolve("first"));
    Path second = create(temporary.resolve("second"));
    add(
        Files.createSymbolicLink(temporary.resolve("way"), first),
        directory -> {
          Files.delete(directory);
          Files.createSymbolicLink(directory, second);
        },
        Change.REPLACED);

    try {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> changed(second).isBefore(Instant.now().minusMillis(3_100)));
      for (Case each : cases) {
        // The first time, it is found that the directory has been the same for long.
        assertThat(each.files.areUnchanged()).isTrue();
        assertThat(each.files.areUnchanged()).isTrue();
        each.breaking.run(each.directory);
        for (int i = 0; i < 2; i++) {
          assertThat(each.files.areUnchanged())
              .as("%s", each.directory)
              .isEqualTo(each.change == Change.NONE);
          assertThat(each.files.change()).as("%s", each.directory).isEqualTo(each.change);
        }
      }
    } finally {
      cases.forEach(each -> each.files.close());
    }
  }

  private void add(Path directory, Breaking breaking, Change change) throws IOException {
    Path its =
        Files.exists(directory.resolve(DATABASE))
            ? directory
            : create(directory.resolve("case-" + cases.size()));
    cases.add(new Case(its, DatabaseFiles.of(its.resolve(DATABASE)), breaking, change));
  }

  private static Path create(Path directory) throws IOException {
    Files.createDirectory(directory);
    for (String name : List.of(DATABASE, LOG, INDEX)) {
      Files.createFile(directory.resolve(name));
    }
    return directory;
  }

  private static void replace(Path file) throws IOException {
    Files.move(
        Files.createFile(file.resolveSibling("new")), file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** As rsync does. */
  private static void replaceAndSetTimeBack(Path directory) throws IOException {
    FileTime before = Files.getLastModifiedTime(directory);
    replace(directory.resolve(DATABASE));
    Files.setLastModifiedTime(directory, before);
  }

  private static void replaceDirectory(Path directory) throws IOException {
    Files.move(directory, directory.resolveSibling("away"));
    create(directory);
  }

  private static Instant changed(Path directory) throws IOException {
    return ((FileTime) Files.getAttribute(directory, "unix:ctime")).toInstant();
  }
}
