package ai.adraa.inbox.server.cli;

import java.io.PrintWriter;
import java.util.List;

/** Prints tables with aligned columns. */
final class Tables {
  private Tables() {}

  static void print(PrintWriter out, List<String> head, List<List<String>> rows) {
    int[] widths = new int[head.size()];
    for (int column = 0; column < widths.length; column++) {
      int index = column;
      widths[column] =
          Math.max(
              head.get(index).length(),
              rows.stream().mapToInt(row -> row.get(index).length()).max().orElse(0));
    }
    line(out, head, widths);
    rows.forEach(row -> line(out, row, widths));
  }

  private static void line(PrintWriter out, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      line.append(cells.get(column))
          .append(" ".repeat(widths[column] - cells.get(column).length() + 2));
    }
    out.println(line.toString().stripTrailing());
  }
}
