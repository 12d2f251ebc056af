package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.RestAssured;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stalled reader of the log stops no request, and the log later says how much was dropped. */
@Tag("once")
@Tag("sqlite")
class StalledLogTest {
  private static final int REQUESTS = 20_000;
  private static final Pattern LISTENS = Pattern.compile("listens on (https?://\\S+), database");
  private static final Pattern MANAGEMENT = Pattern.compile("metrics are at (http://[^/]+)/");
  private static final Pattern DROPPED =
      Pattern.compile("Log lines dropped, because stderr was not read: (\\d+)");

  @Test
  @Timeout(120)
  void aReaderOfTheLogWhoStallsStopsNoRequest(@TempDir Path directory) throws Exception {
    Path database = directory.resolve("inbox.db");
    TestInbox.SignedIn admin = TestInbox.prepare(database);
    Process process =
        ServerProcess.builder(
                Map.of(),
                List.of("serve", "--port", "0", "--rate-limit", "off", "--database", "" + database))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader log =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      URI management = URI.create(readUntil(log, MANAGEMENT));
      URI url = URI.create(readUntil(log, LISTENS));

      // From here on nobody reads.
      try (LoadConnection caller = new LoadConnection(url)) {
        byte[] verify =
            LoadConnection.verify(
                caller.send(LoadConnection.create(admin, "log")).newToken().secret());
        for (int i = 0; i < REQUESTS; i++) {
          assertThat(caller.send(verify).status()).isEqualTo(200);
        }
        // A failure's line has room still, and blocks as little.
        assertThat(caller.send(LoadConnection.revoke(admin, "none")).status()).isEqualTo(404);
      }
      assertThat(RestAssured.given().baseUri("" + management).get("/health/ready").statusCode())
          .isEqualTo(200);
      long dropped = dropped(management);
      assertThat(dropped).isPositive();

      List<String> lines = Collections.synchronizedList(new ArrayList<>());
      Thread reader = new Thread(() -> log.lines().forEach(lines::add));
      reader.start();
      await()
          .atMost(60, TimeUnit.SECONDS)
          .until(() -> List.copyOf(lines).stream().anyMatch(l -> DROPPED.matcher(l).find()));
      try (LoadConnection caller = new LoadConnection(url)) {
        assertThat(caller.send(LoadConnection.list(admin)).status()).isEqualTo(200);
      }
      // Not that of the Process, which closes the stream that is read here.
      process.toHandle().destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      reader.join();

      long reported =
          lines.stream()
              .map(DROPPED::matcher)
              .filter(Matcher::find)
              .mapToLong(found -> Long.parseLong(found.group(1)))
              .sum();
      assertThat(reported).isEqualTo(dropped);
      long written = lines.stream().filter(line -> line.contains(" access ")).count();
      assertThat(written + dropped).as("lines of requests").isEqualTo(REQUESTS + 3);
      assertThat(lines).last().asString().contains("Stopped in");
    } finally {
      process.destroyForcibly();
    }
  }

  private static String readUntil(BufferedReader log, Pattern pattern) throws IOException {
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      Matcher found = pattern.matcher(line);
      if (found.find()) {
        return found.group(1);
      }
    }
    throw new AssertionError("The server ended before it logged " + pattern);
  }

  private static long dropped(URI management) {
    String metrics = RestAssured.given().baseUri("" + management).get("/metrics").asString();
    return metrics
        .lines()
        .filter(line -> line.startsWith("adraa_log_dropped_total "))
        .mapToLong(line -> Math.round(Double.parseDouble(line.split(" ")[1])))
        .sum();
  }
}
