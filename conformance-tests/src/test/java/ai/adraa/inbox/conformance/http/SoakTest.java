package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.LoadConnection;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Under a mixed load that does not end, what the server uses levels off. */
@Tag("faults")
@Tag("sqlite")
class SoakTest {
  private static final int CALLERS = 8;
  private static final int WINDOWS = 12;
  private static final Pattern USED = Pattern.compile("(?m)^ *garbage-first heap .* used (\\d+)K");

  /** As it was at the end of one window; the heap after a collection. */
  private record Sample(
      long heapKiB, long memoryMiB, long threads, long files, long walKiB, long databaseKiB) {}

  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong creates = new AtomicLong();
  private volatile boolean stopped;
  private TestInbox.SignedIn admin;

  @Test
  void memoryThreadsFilesAndTheWriteAheadLogLevelOff(@TempDir Path directory) throws Exception {
    assumeThat(Path.of("/proc/self/status")).as("Linux, to see memory").exists();
    int minutes = Faults.times(1, 30);
    Path database = directory.resolve("inbox.db");
    admin = TestInbox.prepare(database);
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    List<Sample> samples = new ArrayList<>();
    try (ServerProcess server =
        ServerProcess.serve(database, Map.of("JDK_JAVA_OPTIONS", "-Xmx256m -XX:+UseG1GC"))) {
      List<Future<?>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Random choice = new Random(i);
        callers.add(
            threads.submit(
                () -> {
                  call(server, choice);
                  return null;
                }));
      }
      for (int window = 0; window < WINDOWS; window++) {
        TimeUnit.MILLISECONDS.sleep(TimeUnit.MINUTES.toMillis(minutes) / WINDOWS);
        samples.add(sample(server, database));
      }
      stopped = true;
      for (Future<?> caller : callers) {
        caller.get();
      }
      server.terminate();
      assertThat(server.log()).doesNotContain(" ERROR ");
    } finally {
      threads.shutdownNow();
    }
    Faults.figure(
        "Soak",
        "%s min, %s requests, %s creates; first third → last third, highest: heap %s → %s KiB, memory %s → %s MiB, threads %s → %s, files %s → %s, WAL %s → %s KiB, database %s → %s KiB"
            .formatted(
                minutes,
                requests.get(),
                creates.get(),
                early(samples, Sample::heapKiB),
                late(samples, Sample::heapKiB),
                early(samples, Sample::memoryMiB),
                late(samples, Sample::memoryMiB),
                early(samples, Sample::threads),
                late(samples, Sample::threads),
                early(samples, Sample::files),
                late(samples, Sample::files),
                early(samples, Sample::walKiB),
                late(samples, Sample::walKiB),
                early(samples, Sample::databaseKiB),
                late(samples, Sample::databaseKiB)));
    // The middle third is warm; a third later there may be that much more and no more.
    assertThat(late(samples, Sample::heapKiB))
        .as("heap, KiB")
        .isLessThanOrEqualTo(middle(samples, Sample::heapKiB) * 5 / 4 + 4_096);
    assertThat(late(samples, Sample::memoryMiB))
        .as("memory, MiB")
        .isLessThanOrEqualTo(middle(samples, Sample::memoryMiB) * 5 / 4 + 32);
    assertThat(late(samples, Sample::threads))
        .as("threads")
        .isLessThanOrEqualTo(middle(samples, Sample::threads) + 10);
    assertThat(late(samples, Sample::files))
        .as("files")
        .isLessThanOrEqualTo(middle(samples, Sample::files) + 10);
    // SQLite writes the log back at 4 MiB; a reader in its way can make it wait, not stop it.
    assertThat(late(samples, Sample::walKiB)).as("WAL, KiB").isLessThanOrEqualTo(16_384);
  }

  private void call(ServerProcess server, Random choice) throws Exception {
    List<TestInbox.NewToken> own = new ArrayList<>();
    try (LoadConnection caller = new LoadConnection(server.url())) {
      while (!stopped) {
        int what = choice.nextInt(100);
        requests.incrementAndGet();
        if (what < 3 || own.isEmpty()) {
          LoadConnection.Answer created = caller.send(LoadConnection.create(admin, "soak"));
          assertThat(created.status()).as(created.body()).isEqualTo(201);
          own.add(created.newToken());
          creates.incrementAndGet();
        } else if (what < 5 && own.size() > 20) {
          TestInbox.NewToken old = own.remove(choice.nextInt(own.size()));
          expect(caller, LoadConnection.revoke(admin, old.id()), 200);
          expect(caller, LoadConnection.verify(old.secret()), 401);
        } else if (what < 10) {
          expect(caller, LoadConnection.list(admin), 200);
        } else if (what < 12) {
          expect(caller, LoadConnection.verify("adraa_" + "0".repeat(48)), 401);
        } else if (what < 13) {
          // As most callers do: not for long on one connection.
          caller.close();
        } else {
          expect(caller, LoadConnection.verify(own.get(choice.nextInt(own.size())).secret()), 200);
        }
        TimeUnit.MILLISECONDS.sleep(choice.nextInt(20));
      }
    }
  }

  private static void expect(LoadConnection caller, byte[] request, int status) throws IOException {
    LoadConnection.Answer answer = caller.send(request);
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
  }

  private static Sample sample(ServerProcess server, Path database) throws Exception {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Tool.run(new ProcessBuilder(jcmd, "" + server.pid(), "GC.run"), 1);
    String heap = Tool.run(new ProcessBuilder(jcmd, "" + server.pid(), "GC.heap_info"), 1).out();
    Matcher used = USED.matcher(heap);
    assertThat(used.find()).as(heap).isTrue();
    ServerProcess.Usage usage = server.usage();
    return new Sample(
        Long.parseLong(used.group(1)),
        usage.memoryMiB(),
        usage.threads(),
        usage.files(),
        Files.size(Path.of(database + "-wal")) / 1024,
        Files.size(database) / 1024);
  }

  private static long early(List<Sample> samples, ToLongFunction<Sample> figure) {
    return highest(samples.subList(0, WINDOWS / 3), figure);
  }

  private static long middle(List<Sample> samples, ToLongFunction<Sample> figure) {
    return highest(samples.subList(WINDOWS / 3, 2 * WINDOWS / 3), figure);
  }

  private static long late(List<Sample> samples, ToLongFunction<Sample> figure) {
    return highest(samples.subList(2 * WINDOWS / 3, WINDOWS), figure);
  }

  private static long highest(List<Sample> samples, ToLongFunction<Sample> figure) {
    return samples.stream().mapToLong(figure).max().orElseThrow();
  }
}
