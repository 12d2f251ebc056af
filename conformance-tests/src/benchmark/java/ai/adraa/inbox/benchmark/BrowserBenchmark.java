package ai.adraa.inbox.benchmark;

import static ai.adraa.inbox.benchmark.Benchmark.HEAP;
import static ai.adraa.inbox.benchmark.Benchmark.ROUNDS;
import static ai.adraa.inbox.benchmark.Benchmark.progress;
import static ai.adraa.inbox.benchmark.Throughput.median;

import ai.adraa.inbox.conformance.support.Browser;
import ai.adraa.inbox.conformance.support.Browser.Visit;
import ai.adraa.inbox.conformance.support.TestInbox.SignedIn;
import com.microsoft.playwright.Page;
import java.util.List;

/** How smooth the console's list of tokens is when all of a large workspace is loaded. */
final class BrowserBenchmark {
  private static final int TOKENS = 10_000;

  /** Scrolls to the end of the list, which loads as it is scrolled; the time of each frame. */
  private static final String SCROLL =
      """
      async count => {
        const times = [];
        const rows = document.querySelector('main table').rows;
        let last = await new Promise(requestAnimationFrame);
        while (rows.length <= count || scrollY + innerHeight < document.body.scrollHeight - 1) {
          scrollBy({ top: 500, behavior: 'instant' });
          const now = await new Promise(requestAnimationFrame);
          times.push(now - last);
          last = now;
        }
        return times;
      }
      """;

  /** Chooses a tab; the time until the next frame is on the screen. */
  private static final String CHOOSE =
      """
      status => new Promise(resolve => {
        const begin = performance.now();
        document.querySelector(`nav [data-status="${status}"]`).click();
        requestAnimationFrame(() => {
          const painted = new MessageChannel();
          painted.port1.onmessage = () => resolve(performance.now() - begin);
          painted.port2.postMessage(undefined);
        });
      })
      """;

  private final Report report;

  BrowserBenchmark(Report report) {
    this.report = report;
  }

  void browser() throws Exception {
    Store store = Store.of(TOKENS, 1_000);
    try (Subject product = Subject.product(store.database(), store.firstToken(), HEAP);
        Browser browser = Browser.launch();
        Visit visit = browser.visit(product.url())) {
      visit.as(new SignedIn(store.session(), "", store.workspaceId()));
      // Loading takes longer than what a test waits for.
      visit.page.setDefaultTimeout(300_000);
      double[] frames = new double[ROUNDS];
      double[] longest = new double[ROUNDS];
      double[] choices = new double[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        progress("The console with %,d tokens, round %s".formatted(TOKENS, round + 1));
        visit.open("/app/benchmark/settings/api");
        visit.page.locator("main tbody tr").first().waitFor();
        double[] times = scroll(visit.page);
        frames[round] = times[(int) (times.length * 0.95)];
        longest[round] = times[times.length - 1];
        choices[round] = ((Number) visit.page.evaluate(CHOOSE, "revoked")).doubleValue();
      }
      report.note(
          "console with %,d tokens: 95 of 100 frames within %.1f ms, the longest %.0f ms, a tab %.0f ms (medians)"
              .formatted(TOKENS, median(frames), median(longest), median(choices)));
      report.rowAtMost(
          "console, %,d tokens loaded by scrolling: 95 of 100 frames within, ms".formatted(TOKENS),
          median(frames),
          33);
      report.rowAtMost(
          "console, %,d tokens: from a click on a tab to the next frame, ms".formatted(TOKENS),
          median(choices),
          200);
    }
  }

  /** The times of all frames in milliseconds, in order of their length. */
  private static double[] scroll(Page page) {
    return ((List<?>) page.evaluate(SCROLL, TOKENS))
        .stream().mapToDouble(time -> ((Number) time).doubleValue()).sorted().toArray();
  }
}
