package ai.adraa.inbox.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured: printed as tables, and written as JSON and as a picture. */
final class Report {
  /**
   * A ratio and what it is to reach.
   *
   * @param atMost whether less is better
   */
  record Row(String measure, double ratio, double goal, boolean atMost) {
    boolean reached() {
      return atMost ? ratio <= goal : ratio >= goal;
    }
  }

  private final List<Row> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, Map<String, Object>> figures = new LinkedHashMap<>();

  /** More is better. */
  void row(String measure, double ratio, double atLeast) {
    add(new Row(measure, ratio, atLeast, false));
  }

  /** Less is better. */
  void rowAtMost(String measure, double ratio, double atMost) {
    add(new Row(measure, ratio, atMost, true));
  }

  private void add(Row row) {
    rows.add(row);
    System.out.println(line(row));
  }

  /** What a ratio came from. */
  void note(String note) {
    notes.add(note);
    System.out.println("  " + note);
  }

  void figure(String subject, Wrk.Result result, double residentMiB) {
    Map<String, Object> figure = new LinkedHashMap<>();
    figure.put("requestsPerSecond", Math.round(result.perSecond()));
    figure.put("p50Micros", Math.round(result.p50()));
    figure.put("p99Micros", Math.round(result.p99()));
    figure.put("residentMiB", Math.round(residentMiB));
    figures.put(subject, figure);
    note(subject + ": " + figure);
  }

  /** Prints the table; writes {@code benchmark.json}, {@code .md} and {@code .svg}. */
  void write() throws IOException {
    StringBuilder table = new StringBuilder("| measure | ratio | goal | |\n|---|---|---|---|\n");
    rows.forEach(row -> table.append(line(row)).append('\n'));
    notes.forEach(note -> table.append("\n- ").append(note));
    System.out.println(table);
    Path directory = Benchmark.directory();
    Files.writeString(directory.resolve("benchmark.md"), table);
    Files.writeString(directory.resolve("benchmark.svg"), picture());
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(
            directory.resolve("benchmark.json").toFile(),
            Map.of(
                "java",
                Runtime.version().toString(),
                "processors",
                Runtime.getRuntime().availableProcessors(),
                "ratios",
                rows,
                "servers",
                figures,
                "notes",
                notes));
    System.out.println("\nWritten to " + directory + "/benchmark.json, .md and .svg");
  }

  private static String line(Row row) {
    return String.format(
        Locale.ROOT,
        "| %s | %.2f | %s %.2f | %s |",
        row.measure(),
        row.ratio(),
        row.atMost() ? "at most" : "at least",
        row.goal(),
        row.reached() ? "reached" : "missed");
  }

  /**
   * A bar for each ratio, with a mark at its goal; on a scale where every goal is at the middle.
   */
  private String picture() {
    int barHeight = 18;
    int rowHeight = 46;
    int width = 760;
    int middle = 360;
    StringBuilder svg = new StringBuilder();
    int height = rows.size() * rowHeight + 44;
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" font-family="system-ui, sans-serif" font-size="13">
        <rect width="100%%" height="100%%" fill="#fff"/>
        <text x="16" y="22" fill="#555">Ratio to the goal (the line). Green reaches it, red does not.</text>
        """
            .formatted(width, height));
    int y = 40;
    for (Row row : rows) {
      double toGoal = row.ratio() / row.goal();
      double length = Math.min(width - 32.0, toGoal * middle);
      svg.append(
          String.format(
              Locale.ROOT,
              """
              <text x="16" y="%s" fill="#111">%s</text>
              <rect x="16" y="%s" width="%.0f" height="%s" rx="3" fill="%s"/>
              <text x="24" y="%s" fill="#fff" font-weight="600">%.2f</text>
              <text x="%s" y="%s" fill="#555" text-anchor="end">%s %.2f</text>
              """,
              y + 11,
              row.measure(),
              y + 17,
              length,
              barHeight,
              row.reached() ? "#1a7f4b" : "#c0392b",
              y + 31,
              row.ratio(),
              width - 16,
              y + 11,
              row.atMost() ? "at most" : "at least",
              row.goal()));
      y += rowHeight;
    }
    svg.append(
        "<line x1=\"%s\" x2=\"%s\" y1=\"36\" y2=\"%s\" stroke=\"#111\" stroke-dasharray=\"4 3\"/>\n</svg>\n"
            .formatted(16 + middle, 16 + middle, height - 8));
    return svg.toString();
  }
}
