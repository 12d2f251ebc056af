package ai.adraa.inbox.server.database.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which one of the three files can be removed or replaced is detected. */
class DatabaseFilesTest {
  private static final String DATABASE = "inbox.db";
  private static final String LOG = DATABASE + "-wal";
  private static final String INDEX = DATABASE + "-shm";

  @TempDir private Path temporary;
  private Path directory;

  @BeforeEach
  void createFiles() throws IOException {
    directory = create("directory");
  }

  @Test
  void filesThatStayInPlaceAreUnchanged() throws IOException {
    DatabaseFiles files = files();
    Files.createFile(directory.resolve("other"));
    Files.writeString(directory.resolve(LOG), "more");

    assertThat(files.look()).isEmpty();
    assertThatCode(files::requireUnchanged).doesNotThrowAnyException();
  }

  @Test
  void aRemovedDatabaseStaysUnusableAlsoWhenItIsPutBack() throws IOException {
    DatabaseFiles files = files();
    Files.move(directory.resolve(DATABASE), directory.resolve("away"));
    assertChange(files, "database_removed");

    Files.move(directory.resolve("away"), directory.resolve(DATABASE));
    assertChange(files, "database_removed");
  }

  @Test
  void aDatabaseInADirectoryThatWasRemovedIsRemoved() throws IOException {
    DatabaseFiles files = files();
    Files.move(directory, temporary.resolve("away"));

    assertChange(files, "database_removed");
  }

  @Test
  void aReplacedDatabaseIsDetected() throws IOException {
    DatabaseFiles files = files();
    replace(DATABASE);

    assertChange(files, "database_replaced");
  }

  @Test
  void aReplacedDirectoryIsDetected() throws IOException {
    DatabaseFiles files = files();
    Files.move(directory, temporary.resolve("away"));
    create("directory");

    assertChange(files, "database_replaced");
  }

  @Test
  void aReplacedTargetOfALinkIsDetected() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), directory.resolve(DATABASE));
    DatabaseFiles files = DatabaseFiles.of("inbox.db", link);
    replace(DATABASE);

    assertChange(files, "database_replaced");
  }

  @Test
  void aLinkThatPointsToAnotherDatabaseIsDetected() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), directory);
    DatabaseFiles files = DatabaseFiles.of("inbox.db", link.resolve(DATABASE));
    Files.delete(link);
    Files.createSymbolicLink(link, create("another"));

    assertChange(files, "database_replaced");
  }

  @Test
  void aChangedLogOrIndexIsDetected() throws IOException {
    for (String name : List.of(LOG, INDEX)) {
      DatabaseFiles files = files();
      replace(name);
      assertChange(files, "database_log_changed");

      files = files();
      Files.delete(directory.resolve(name));
      assertChange(files, "database_log_changed");
      Files.createFile(directory.resolve(name));
    }
  }

  @Test
  void anotherProcessCanHaveCommitsOnceTheIndexIsGoneOrAnotherLogHasStarted() throws IOException {
    DatabaseFiles files = files();
    assertThat(files.showAllCommits()).isTrue();
    replace(LOG);
    assertThat(files.showAllCommits()).isFalse();

    files = files();
    Files.delete(directory.resolve(INDEX));
    assertThat(files.showAllCommits()).isFalse();
    Files.delete(directory.resolve(LOG));
    assertThat(files.showAllCommits()).isTrue();
  }

  private static void assertChange(DatabaseFiles files, String code) {
    assertThat(files.look().map(DatabaseUnavailableException::code)).contains(code);
    assertThatThrownBy(files::requireUnchanged)
        .isInstanceOf(DatabaseUnavailableException.class)
        .hasMessageContaining("inbox.db: ")
        .hasMessageContaining("restart the server");
  }

  private DatabaseFiles files() throws IOException {
    return DatabaseFiles.of("inbox.db", directory.resolve(DATABASE));
  }

  private Path create(String name) throws IOException {
    Path created = Files.createDirectory(temporary.resolve(name));
    for (String file : List.of(DATABASE, LOG, INDEX)) {
      Files.createFile(created.resolve(file));
    }
    return created;
  }

  private void replace(String name) throws IOException {
    Files.move(
        Files.createFile(directory.resolve("new")),
        directory.resolve(name),
        StandardCopyOption.REPLACE_EXISTING);
  }
}
