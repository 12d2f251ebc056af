package ai.adraa.inbox.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The folder's path stands for all its names and contents. */
class AssetFolderTest {
  private static final Page A = page("api.js");
  private static final Page B = page("dom.js");

  @Test
  void eachChangeOfANameOrAContentChangesThePath() {
    String path = path(Map.of("a.js", A, "b.js", B));
    assertThat(path).matches("/app/assets/[0-9a-f]{16}/");
    assertThat(
            new String[] {
              path,
              path(Map.of("a.js", B, "b.js", B)),
              path(Map.of("a.js", A, "b.js", A)),
              path(Map.of("a.js", B, "b.js", A)),
              path(Map.of("a.js", A, "c.js", B)),
              path(Map.of("a.js", A)),
              path(Map.of("a.js", A, "b.js", B, "c.js", B))
            })
        .doesNotHaveDuplicates();
  }

  /** Several nodes of one version serve the same path, whatever the order of a map is there. */
  @Test
  void theSameFilesHaveTheSamePath() {
    Map<String, Page> files = Map.of("a.js", A, "b.js", B, "c.js", A, "d.css", B);
    assertThat(path(new TreeMap<>(files).descendingMap())).isEqualTo(path(files));
    assertThat(path(Map.of("a.js", page("api.js")))).isEqualTo(path(Map.of("a.js", A)));
  }

  private static String path(Map<String, Page> files) {
    return new AssetFolder("/app/assets/", files).path();
  }

  private static Page page(String name) {
    return Page.load("/console/" + name, "default-src 'none'", AssetFolder.CACHE_CONTROL);
  }
}
