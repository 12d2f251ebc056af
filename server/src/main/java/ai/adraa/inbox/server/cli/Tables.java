package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.text.PlainText;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;

/** Prints tables with aligned columns, one line for each row, whatever the cells contain. */
final class Tables {
  private Tables() {}

  static void print(PrintWriter out, List<String> head, List<List<String>> rows) {
    List<List<String>> lines =
        Stream.concat(Stream.of(head), rows.stream())
            .map(line -> line.stream().map(PlainText::escape).toList())
            .toList();
    StringBuilder format = new StringBuilder();
    for (int column = 0; column < head.size(); column++) {
      int index = column;
      int width = lines.stream().mapToInt(line -> line.get(index).length()).max().orElse(0);
      format.append("%-").append(width).append("s  ");
    }
    for (List<String> line : lines) {
      out.println(format.toString().formatted(line.toArray()).stripTrailing());
    }
  }
}
