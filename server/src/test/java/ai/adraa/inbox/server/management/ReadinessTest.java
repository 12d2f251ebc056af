package ai.adraa.inbox.server.management;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.Gate;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readiness is told in bounded time, whatever the requests do with the connections. */
class ReadinessTest {
  @Test
  void aServerWhoseConnectionsAreAllBusyIsNotReady(@TempDir Path directory) throws Exception {
    try (Database database =
            Databases.open(new DatabaseLocation(directory.resolve("inbox.db").toString()));
        Readiness readiness = new Readiness(database, List.of(), Duration.ofSeconds(10))) {
      assertThat(readiness.ask().word()).contains("starting");
      readiness.started();
      assertThat(readiness.ask()).isEqualTo(new Readiness.Answer(true, Optional.empty()));

      Gate gate = new Gate(8);
      List<Thread> readers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Thread reader = new Thread(() -> database.read(handle -> gate.pass()));
        readers.add(reader);
        reader.start();
      }
      gate.awaitArrivals();
      assertThat(readiness.ask())
          .isEqualTo(new Readiness.Answer(false, Optional.of("database_timeout")));

      gate.open();
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(readiness.ask().ready()).isTrue();
      readiness.stopping();
      assertThat(readiness.ask()).isEqualTo(new Readiness.Answer(false, Optional.of("stopping")));
    }
  }
}
