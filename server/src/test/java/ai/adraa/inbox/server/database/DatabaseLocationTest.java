package ai.adraa.inbox.server.database;

import static org.assertj.core.api.Assertions.assertThat;

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
}
