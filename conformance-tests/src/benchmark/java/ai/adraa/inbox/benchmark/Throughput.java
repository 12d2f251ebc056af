package ai.adraa.inbox.benchmark;

import static ai.adraa.inbox.benchmark.Benchmark.ROUNDS;
import static ai.adraa.inbox.benchmark.Benchmark.SECONDS;
import static ai.adraa.inbox.benchmark.Benchmark.WARM_UP_SECONDS;
import static ai.adraa.inbox.benchmark.Benchmark.progress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Compares the throughput of servers, which are loaded in turn. */
final class Throughput {
  private Throughput() {}

  static List<Wrk.Result> throughput(List<Subject> subjects, Path tokens)
      throws IOException, InterruptedException {
    for (Subject subject : subjects) {
      progress("Warming up");
      requireNone(Wrk.run(subject, tokens, WARM_UP_SECONDS));
    }
    List<List<Wrk.Result>> results =
        subjects.stream()
            .map(s -> new ArrayList<Wrk.Result>())
            .map(l -> (List<Wrk.Result>) l)
            .toList();
    for (int round = 0; round < ROUNDS; round++) {
      progress("Throughput, round " + (round + 1));
      for (int i = 0; i < subjects.size(); i++) {
        Wrk.Result result = Wrk.run(subjects.get(i), tokens, SECONDS);
        requireNone(result);
        results.get(i).add(result);
      }
    }
    return results.stream()
        .map(
            all ->
                new Wrk.Result(
                    all.stream().mapToLong(Wrk.Result::requests).sum(),
                    median(all.stream().mapToDouble(Wrk.Result::perSecond).toArray()),
                    median(all.stream().mapToDouble(Wrk.Result::p50).toArray()),
                    median(all.stream().mapToDouble(Wrk.Result::p99).toArray()),
                    0))
        .toList();
  }

  static double ratio(Subject one, Path its, Subject other, Path others)
      throws IOException, InterruptedException {
    double[][] perSecond = new double[2][ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      progress("Many tokens, round " + (round + 1));
      int seconds = round < 0 ? WARM_UP_SECONDS : SECONDS;
      List<Wrk.Result> results =
          List.of(Wrk.run(one, its, seconds), Wrk.run(other, others, seconds));
      for (int i = 0; i < 2; i++) {
        requireNone(results.get(i));
        if (round >= 0) {
          perSecond[i][round] = results.get(i).perSecond();
        }
      }
    }
    return median(perSecond[0]) / median(perSecond[1]);
  }

  static void requireNone(Wrk.Result result) {
    if (result.failed() > 0) {
      throw new IllegalStateException("Requests were refused: " + result);
    }
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
