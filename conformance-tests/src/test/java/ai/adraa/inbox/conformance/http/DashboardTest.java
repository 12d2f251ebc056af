package ai.adraa.inbox.conformance.http;

import static ai.adraa.inbox.conformance.http.PrometheusText.scrape;
import static ai.adraa.inbox.conformance.http.PrometheusText.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.http.PrometheusText.Sample;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.TestInbox.SignedIn;
import io.restassured.path.json.JsonPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The dashboard asks for metrics that exist. It has panels of the database file and its disk. */
@Tag("once")
@Tag("sqlite")
class DashboardTest {
  private static final Path DASHBOARD = Path.of("../server/src/main/grafana/adraa-inbox.json");

  @AutoClose private final TestInbox inbox = TestInbox.start();

  @Test
  void theDashboardAsksForMetricsThatExist() throws Exception {
    SignedIn admin = inbox.workspace("acme");
    inbox.verify(inbox.createToken(admin, "CRM integration").secret());
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(
            () ->
                sum(scrape(inbox), "adraa_requests_seconds_count", "operation", "verifyToken") > 0);
    // Of collections there is nothing to tell before the first.
    System.gc();
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> sum(scrape(inbox), "jvm_gc_pause_seconds_count") > 0);
    List<Sample> samples = scrape(inbox);
    List<String> expressions =
        JsonPath.from(DASHBOARD.toFile()).<String>getList("panels.targets.expr.flatten()").stream()
            .filter(expression -> expression != null)
            .toList();

    List<String> wrong = new ArrayList<>();
    for (String expression : expressions) {
      checkExpression(expression, samples, wrong);
    }

    assertThat(expressions).hasSizeGreaterThan(30);
    assertThat(wrong).isEmpty();
  }

  /** Each metric of a PromQL expression with its labels, against what there is. */
  private static void checkExpression(String expression, List<Sample> samples, List<String> wrong) {
    Set<String> grouped = new HashSet<>();
    Matcher grouping =
        Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right) *\\(([^)]*)\\)")
            .matcher(expression);
    while (grouping.find()) {
      Arrays.stream(grouping.group(2).split(","))
          .map(String::strip)
          .filter(label -> !label.isEmpty())
          .forEach(grouped::add);
    }
    String bare = grouping.replaceAll("").replaceAll("\\[[^\\]]*]", "");
    Matcher selector =
        Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*) *(\\(|\\{([^}]*)})?").matcher(bare);
    while (selector.find()) {
      String name = selector.group(1);
      if ("(".equals(selector.group(2)) || Set.of("or", "and", "unless").contains(name)) {
        continue;
      }
      List<Sample> found = samples.stream().filter(s -> s.name().equals(name)).toList();
      if (found.isEmpty()) {
        wrong.add(name + " in: " + expression);
        continue;
      }
      // A label of one metric of two may be added by the other side: all metrics here have all.
      Set<String> labels = new HashSet<>(grouped);
      Matcher matcher =
          Pattern.compile("(\\w+) *(=~|!~|!=|=) *\"([^\"]*)\"")
              .matcher(selector.group(3) == null ? "" : selector.group(3));
      while (matcher.find()) {
        labels.add(matcher.group(1));
        String value = matcher.group(3);
        if (matcher.group(2).equals("=")
            && found.stream().noneMatch(s -> value.equals(s.labels().get(matcher.group(1))))) {
          wrong.add(name + " with " + matcher.group() + " in: " + expression);
        }
      }
      for (String label : labels) {
        if (found.stream().noneMatch(s -> s.labels().containsKey(label))) {
          wrong.add(name + " by " + label + " in: " + expression);
        }
      }
    }
  }
}
