package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Metrics in Prometheus' text format 0.0.4. */
final class PrometheusText {
  record Sample(String name, Map<String, String> labels, double value) {}

  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? ([-+0-9.E]+|NaN|[-+]Inf)", Pattern.DOTALL);
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\",?");
  private static final Pattern COMMENT =
      Pattern.compile("# (?:HELP \\S+ .*|TYPE \\S+ (?:counter|gauge|histogram|summary|untyped))");

  private PrometheusText() {}

  /** All metrics of a server at this moment. */
  static List<Sample> scrape(TestInbox inbox) {
    return parse(metrics(inbox));
  }

  static String metrics(TestInbox inbox) {
    Response response = RestAssured.given().get(inbox.managementUrl() + "/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    return response.asString();
  }

  /** Parses Prometheus' text format 0.0.4 and fails on any other line. */
  static List<Sample> parse(String text) {
    List<Sample> samples = new ArrayList<>();
    Set<String> unique = new HashSet<>();
    for (String line : text.split("\n")) {
      if (line.startsWith("#")) {
        assertThat(line).matches(COMMENT);
        continue;
      }
      Matcher sample = SAMPLE.matcher(line);
      assertThat(sample.matches()).as(line).isTrue();
      Map<String, String> labels = new HashMap<>();
      String all = sample.group(2) == null ? "" : sample.group(2);
      Matcher label = LABEL.matcher(all);
      int end = 0;
      while (end < all.length() && label.find(end) && label.start() == end) {
        labels.put(label.group(1), label.group(2));
        end = label.end();
      }
      assertThat(end).as(line).isEqualTo(all.length());
      assertThat(unique.add(sample.group(1) + labels)).as(line).isTrue();
      String value = sample.group(3).replace("+Inf", "Infinity").replace("-Inf", "-Infinity");
      samples.add(new Sample(sample.group(1), labels, Double.parseDouble(value)));
    }
    return samples;
  }

  static double sum(List<Sample> samples, String name, String... labels) {
    double sum = 0;
    for (Sample sample : samples) {
      boolean matches = sample.name().equals(name);
      for (int i = 0; i < labels.length; i += 2) {
        matches &= labels[i + 1].equals(sample.labels().get(labels[i]));
      }
      sum += matches ? sample.value() : 0;
    }
    return sum;
  }
}
