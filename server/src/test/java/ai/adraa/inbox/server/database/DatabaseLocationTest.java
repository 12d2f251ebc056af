package ai.adraa.inbox.server.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.adraa.inbox.server.error.OperatorException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A database's URL is printed and logged, its user and its parameters never. */
class DatabaseLocationTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:postgresql://db/inbox | jdbc:postgresql://db/inbox",
        "jdbc:postgresql:inbox | jdbc:postgresql:inbox",
        "jdbc:postgresql://db/inbox?user=ada&password=secret | jdbc:postgresql://db/inbox",
        "jdbc:postgresql://one:1,two:2/inbox;password=secret | jdbc:postgresql://one:1,two:2/inbox",
        "jdbc:postgresql://ada:secret@db/inbox | jdbc:postgresql://db/inbox",
        "jdbc:postgresql://ada:sec/ret@db/inbox?x=1 | jdbc:postgresql://db/inbox",
        "jdbc:postgresql://ada:sec@ret@db/inbox | jdbc:postgresql://db/inbox",
        "jdbc:mysql://ada:secret@db/inbox | jdbc:mysql://db/inbox",
        "postgres://ada:secret@db/inbox | postgres://db/inbox",
        "POSTGRESQL://ada:sec/ret@db/inbox?x=1 | POSTGRESQL://db/inbox",
        "mongodb+srv://ada:sec:ret@db/inbox | mongodb+srv://db/inbox",
        "sqlite:inbox.db | sqlite:inbox.db",
      })
  void whatIsCertainlyNotSecretIsShown(String url, String shown) {
    assertThat(DatabaseLocation.withoutSecrets(url)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://ada:sec?ret@db/inbox",
        "jdbc:postgresql://ada:sec&ret@db/inbox",
        "jdbc:postgresql://ada:sec;ret@db/inbox",
        "jdbc:postgresql://ada:a@sec?ret@db/inbox",
        "jdbc:postgresql://db/inbox?password=sec@ret",
        "jdbc:postgresql:ada:sec?ret@db",
        "jdbc:odd+scheme://ada:sec?ret@db/inbox",
        "ada:sec?ret@db",
      })
  void ofAUrlThatIsUnclearNothingButTheSchemeIsShown(String url) {
    assertThat(DatabaseLocation.withoutSecrets(url)).doesNotContain("sec", "ret").endsWith("…");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://ada:secret@db/inbox",
        "postgresql://ada:secret@db/inbox",
        "Postgres://ada:secret@db/inbox",
        "postgresql:inbox",
        "jdbc:postgres://ada:secret@db/inbox",
        "JDBC:postgresql://ada:secret@db/inbox",
      })
  void anotherUrlOfPostgresqlIsRefusedWithTheRightOne(String url) {
    assertThatThrownBy(() -> new DatabaseLocation(url).file())
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("use jdbc:postgresql://HOST/NAME")
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("ada");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://ada:secret@db/inbox",
        "mysql:inbox",
        "jdbc:mysql://ada:secret@db/inbox",
        "jdbc:sqlserver://db;password=secret",
        "file:///var/lib/inbox.db",
        "file:inbox.db",
        "sqlite:inbox.db",
        "sqlite3:///var/lib/inbox.db",
        "https://ada:secret@host/inbox.db",
        "ada:secret@db/inbox",
      })
  void anyOtherUrlIsNoFile(String url) {
    assertThatThrownBy(() -> new DatabaseLocation(url).file())
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining(": it must be a file, jdbc:sqlite:FILE or jdbc:postgresql://")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"inbox.db", "./postgres:inbox", "/data/12:30.db", "C:\\inbox.db"})
  void aPathIsAFile(String path) {
    assertThat(new DatabaseLocation(path).file()).isEqualTo(Path.of(path));
    assertThat(new DatabaseLocation(path)).hasToString(path);
    assertThat(new DatabaseLocation("jdbc:sqlite:" + path).file()).isEqualTo(Path.of(path));
  }
}
