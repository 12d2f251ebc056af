package ai.adraa.inbox.benchmark;

import static ai.adraa.inbox.benchmark.Benchmark.HEAP;
import static ai.adraa.inbox.benchmark.Benchmark.ROUNDS;
import static ai.adraa.inbox.benchmark.Benchmark.SECONDS;
import static ai.adraa.inbox.benchmark.Benchmark.WARM_UP_SECONDS;
import static ai.adraa.inbox.benchmark.Benchmark.directory;
import static ai.adraa.inbox.benchmark.Benchmark.progress;
import static ai.adraa.inbox.benchmark.Throughput.median;
import static ai.adraa.inbox.benchmark.Throughput.requireNone;

import ai.adraa.inbox.conformance.gateways.Gateway;
import java.nio.file.Files;
import java.util.List;

/** What it costs that a gateway verifies each request. */
final class GatewayBenchmark {
  private final Report report;

  GatewayBenchmark(Report report) {
    this.report = report;
  }

  void gateway() throws Exception {
    Store store = Store.of(100_000, 1_000);
    String token = store.firstToken();
    try (Subject product = Subject.product(store.database(), token, HEAP);
        Subject service = Subject.baseline("jetty", token, HEAP);
        Gateway verifying =
            Gateway.start(
                Gateway.Product.NGINX,
                Files.createTempDirectory(directory(), "verifying"),
                product.port(),
                service.port());
        Gateway forwarding =
            Gateway.start(
                Gateway.Product.NGINX,
                Files.createTempDirectory(directory(), "forwarding"),
                product.port(),
                service.port(),
                file -> file.replace("auth_request /_verify-token;", ""))) {
      List<Gateway> gateways = List.of(verifying, forwarding);
      double[][] perSecond = new double[2][ROUNDS];
      for (int round = -1; round < ROUNDS; round++) {
        progress("Gateway, round " + (round + 1));
        for (int i = 0; i < 2; i++) {
          Wrk.Result result =
              Wrk.run(gateways.get(i).url(), store.active(), round < 0 ? WARM_UP_SECONDS : SECONDS);
          requireNone(result);
          if (round >= 0) {
            perSecond[i][round] = result.perSecond();
          }
        }
      }
      report.note(
          "through nginx, which verifies each request: %,.0f/s; without: %,.0f/s"
              .formatted(median(perSecond[0]), median(perSecond[1])));
      report.row(
          "throughput of nginx that verifies each request ÷ of nginx that only forwards",
          median(perSecond[0]) / median(perSecond[1]),
          0.30);
    }
  }
}
