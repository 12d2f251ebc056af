package ai.adraa.inbox.conformance.support;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The project's documentation: its Markdown pages, read as GitHub shows them. */
public final class Pages {
  public static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern SPAN = Pattern.compile("`([^`\\n]+)`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");

  private Pages() {}

  /** A page, without the code blocks in its prose. */
  public record Page(Path file, String text) {
    /** Relative to the project. */
    @Override
    public String toString() {
      return PROJECT.relativize(file).toString();
    }

    /** The code blocks of this language, in order. */
    public List<String> blocks(String language) {
      return BLOCK
          .matcher(text)
          .results()
          .filter(block -> block.group(1).equals(language))
          .map(block -> block.group(2))
          .toList();
    }

    /** The commands of the shell blocks; a command that continues on a further line is one. */
    public List<String> commands() {
      return blocks("sh").stream()
          .flatMap(block -> block.replaceAll("\\\\\\n\\s*", "").lines())
          .toList();
    }

    /** What stands in backticks in the prose. */
    public List<String> spans() {
      return SPAN.matcher(prose()).results().map(span -> span.group(1)).toList();
    }

    /** The targets of links and images. */
    public List<String> links() {
      return LINK.matcher(SPAN.matcher(prose()).replaceAll(""))
          .results()
          .map(link -> link.group(1))
          .toList();
    }

    /** The anchors of the headings. */
    public Set<String> anchors() {
      Set<String> anchors = new LinkedHashSet<>();
      Map<String, Integer> seen = new LinkedHashMap<>();
      HEADING
          .matcher(prose())
          .results()
          .map((MatchResult heading) -> slug(heading.group(1)))
          .forEach(
              slug -> {
                int before = seen.merge(slug, 1, Integer::sum) - 1;
                anchors.add(before == 0 ? slug : slug + "-" + before);
              });
      return anchors;
    }

    private String prose() {
      return BLOCK.matcher(text).replaceAll("");
    }

    private static String slug(String heading) {
      return heading
          .strip()
          .toLowerCase(Locale.ROOT)
          .replaceAll("[^\\p{L}\\p{N} _-]", "")
          .replace(' ', '-');
    }
  }

  public static Page page(String file) throws IOException {
    Path path = PROJECT.resolve(file);
    return new Page(path, Files.readString(path));
  }

  /**
   * All pages. The reference's guide is not one: it is a template, and its links are those of the
   * served reference.
   */
  public static List<Page> all() throws IOException {
    List<Page> pages = new ArrayList<>();
    for (Path file : files(".md")) {
      if (!file.startsWith(PROJECT.resolve("openapi/reference"))) {
        pages.add(new Page(file, Files.readString(file)));
      }
    }
    return pages;
  }

  /** The project's files whose names end so, without those that a build leaves. */
  public static List<Path> files(String ending) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        PROJECT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes unused) {
            String name = directory.getFileName().toString();
            boolean skipped =
                !directory.equals(PROJECT)
                    && (name.startsWith(".")
                        || name.equals("target")
                        || name.equals("node_modules"));
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes unused) {
            if (file.getFileName().toString().endsWith(ending)) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files.stream().sorted().toList();
  }

  /** The arguments of a command line of the server's jar, as a shell splits them. */
  public static List<String> arguments(String command) {
    String arguments = command.substring(command.indexOf("adraa-inbox-server.jar") + 22);
    // Ends where the next command, or a comment, begins.
    Matcher word =
        Pattern.compile("\\s+(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"'#&|]+))").matcher(arguments);
    List<String> words = new ArrayList<>();
    int end = 0;
    while (word.find() && word.start() == end) {
      end = word.end();
      words.add(
          IntStream.rangeClosed(1, 3)
              .mapToObj(word::group)
              .filter(Objects::nonNull)
              .collect(joining()));
    }
    return words;
  }
}
