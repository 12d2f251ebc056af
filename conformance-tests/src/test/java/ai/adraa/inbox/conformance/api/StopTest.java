package ai.adraa.inbox.conformance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.MovableClock;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.server.database.LastUse;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stop writes the last uses that are not written yet. */
@Tag("sqlite")
class StopTest {
  private final MovableClock clock = new MovableClock();

  @ParameterizedTest
  @ValueSource(strings = {"api_token", "session"})
  void noLastUseIsLost(String table) throws Exception {
    try (TestInbox inbox = TestInbox.builder().clock(clock).start()) {
      TestInbox.SignedIn admin = inbox.workspace("acme");
      TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
      // The use of a session is recorded once a minute.
      clock.advance(Duration.ofMinutes(2));
      try (Connection other = inbox.connect();
          Statement statement = other.createStatement()) {
        // Nothing can be written until the stop waits for it.
        statement.execute("BEGIN IMMEDIATE");
        Response used =
            table.equals("session")
                ? inbox.request(admin).get("/api/v1/session")
                : inbox.verify(token.secret());
        assertThat(used.statusCode()).isEqualTo(200);
        Thread stop = new Thread(inbox::stopServer);
        stop.start();
        await()
            .until(
                () ->
                    !stop.isAlive()
                        || Thread.getAllStackTraces().values().stream()
                            .anyMatch(StopTest::writesLastUses));
        statement.execute("ROLLBACK");
        stop.join();

        try (ResultSet row = statement.executeQuery("SELECT last_used_at FROM " + table)) {
          assertThat(row.getLong(1)).isEqualTo(clock.millis());
        }
      }
    }
  }

  private static boolean writesLastUses(StackTraceElement[] stack) {
    return Stream.of(stack)
        .anyMatch(
            frame ->
                frame.getClassName().equals(LastUse.class.getName())
                    && frame.getMethodName().equals("close"));
  }
}
