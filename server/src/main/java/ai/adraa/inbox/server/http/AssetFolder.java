package ai.adraa.inbox.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Files that refer to each other and that browsers keep without asking again. The folder has the
 * hash of all its names and contents in its path, so another version of any file is at another
 * path, and a browser never combines files of two versions.
 */
final class AssetFolder {
  /** A year, the longest time that caches are known to respect. */
  static final String CACHE_CONTROL = "public, max-age=31536000, immutable";

  private static final int VERSION_LENGTH = 16;

  private final String parent;
  private final String path;
  private final SortedMap<String, Page> files;

  /**
   * @param parent the path of the folder of all versions, with the final slash
   */
  AssetFolder(String parent, Map<String, Page> files) {
    this.parent = parent;
    this.files = new TreeMap<>(files);
    this.path = parent + version(this.files) + "/";
  }

  private static String version(SortedMap<String, Page> files) {
    StringBuilder list = new StringBuilder();
    files.forEach((name, file) -> list.append(name).append(' ').append(file.tag()).append('\n'));
    return Page.hash(list.toString().getBytes(StandardCharsets.UTF_8)).substring(0, VERSION_LENGTH);
  }

  /** Returns the path of this version, with the final slash. */
  String path() {
    return path;
  }

  /** Adds each file at its path. */
  void addTo(Map<String, Page> pages) {
    files.forEach((name, file) -> pages.put(path + name, file.compressed()));
  }

  /** Returns the page with links to this version; in the source they lead to the parent folder. */
  Page link(Page page) {
    return page.splitAt(parent).joined(path);
  }
}
