package ai.adraa.inbox.benchmark;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** wrk: as many requests as the server takes, from connections that are kept. */
final class Wrk {
  /**
   * What wrk saw.
   *
   * @param p50 in microseconds
   * @param p99 in microseconds
   * @param failed answers of 400 and more
   */
  record Result(long requests, double perSecond, double p50, double p99, long failed) {}

  private static final int CONNECTIONS = 32;

  private static final String SCRIPT =
      """
      local requests, i = {}, 0
      function init(args)
        for line in io.lines(args[1]) do
          requests[#requests + 1] = wrk.format("GET", nil, {["Authorization"] = "Bearer " .. line})
        end
      end
      function request()
        i = i % #requests + 1
        return requests[i]
      end
      function done(summary, latency, requests)
        local e = summary.errors
        io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration,
          latency:percentile(50), latency:percentile(99), e.status,
          e.connect + e.read + e.write + e.timeout))
      end
      """;

  private Wrk() {}

  /** Whether it is installed. */
  static boolean isInstalled() {
    try {
      // Without arguments it prints its usage.
      return new ProcessBuilder("wrk").redirectErrorStream(true).start().waitFor() >= 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Verifies these tokens in turn. */
  static Result run(Subject subject, Path tokens, int seconds)
      throws IOException, InterruptedException {
    return run(subject.url(), tokens, seconds);
  }

  /** As the other, at any address. */
  static Result run(URI server, Path tokens, int seconds) throws IOException, InterruptedException {
    // A file of its own, as several may run at once.
    Path script = Files.createTempFile(Benchmark.directory(), "wrk", ".lua");
    Files.writeString(script, SCRIPT);
    Process wrk =
        new ProcessBuilder(
                List.of(
                    "wrk",
                    "-t1",
                    "-c" + CONNECTIONS,
                    "-d" + seconds + "s",
                    "--timeout",
                    "10s",
                    "-s",
                    script.toString(),
                    server.resolve("/api/v1/me").toString(),
                    "--",
                    tokens.toString()))
            .redirectErrorStream(true)
            .start();
    String output = new String(wrk.getInputStream().readAllBytes());
    wrk.waitFor();
    Files.delete(script);
    String[] result =
        output
            .lines()
            .filter(line -> line.startsWith("RESULT "))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("wrk: " + output))
            .split(" ");
    if (!result[6].equals("0")) {
      throw new IllegalStateException("Requests were not answered: " + output);
    }
    long requests = Long.parseLong(result[1]);
    return new Result(
        requests,
        requests * 1e6 / Double.parseDouble(result[2]),
        Double.parseDouble(result[3]),
        Double.parseDouble(result[4]),
        Long.parseLong(result[5]));
  }
}
