package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.EtagUtils;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Serves the static pages from the jar: the welcome page at {@code /}, the contract and its
 * reference under {@code /docs}, and the console under {@code /app}. The console is one page,
 * served at every path under {@code /app} except {@code /app/assets}.
 */
public final class PagesHandler extends Handler.Wrapper {
  private static final List<String> CONSOLE =
      List.of(
          "api.js",
          "dialogs.js",
          "dom.js",
          "failures.js",
          "forms.js",
          "main.js",
          "sign-in.js",
          "style.css",
          "times.js",
          "tokens.css",
          "tokens.js",
          "welcome.css");

  private static final List<String> REFERENCE =
      List.of(
          "contract.js",
          "detection/check_token.py",
          "detection/gitleaks.toml",
          "detection/test-vectors.json",
          "icon.svg",
          "openapi.json",
          "openapi.yaml",
          "reference.css",
          "reference.js",
          "scalar.js");

  private static final String CONSOLE_POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'self'",
          "frame-ancestors 'none'",
          // The browser refuses to turn a string into markup or script, even if the page's code
          // has a bug.
          "require-trusted-types-for 'script'",
          "trusted-types 'none'");

  // The page contains the rest of its policy, so that it applies wherever the folder is published.
  private static final String REFERENCE_POLICY = "frame-ancestors 'none'";

  /**
   * A file with its own headers. It is compressed once at startup, because compression on each
   * request would be work that any caller can trigger. API responses are never compressed, because
   * the compressed length of a response can reveal a secret in it.
   */
  private record Page(byte[] bytes, byte[] gzip, String tag, Map<String, String> headers) {}

  private final Page console =
      // The browser must not keep a page that has shown a secret.
      load("/console/index.html", CONSOLE_POLICY, "no-store");
  private final Map<String, Page> pages = new HashMap<>();

  /** Loads and compresses all pages. Requests for other paths go to {@code next}. */
  public PagesHandler(Handler next) {
    super(next);
    pages.put("/", load("/console/welcome.html", CONSOLE_POLICY, "no-cache"));
    pages.put("/docs/", load("/reference/index.html", REFERENCE_POLICY, "no-cache"));
    for (String name : REFERENCE) {
      pages.put("/docs/" + name, load("/reference/" + name, REFERENCE_POLICY, "no-cache"));
    }
    for (String contract : List.of("openapi.yaml", "openapi.json")) {
      pages.put("/" + contract, pages.get("/docs/" + contract));
    }
    pages.put("/app/assets/icon.svg", load("/reference/icon.svg", CONSOLE_POLICY, "no-cache"));
    for (String name : CONSOLE) {
      pages.put("/app/assets/" + name, load("/console/" + name, CONSOLE_POLICY, "no-cache"));
    }
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String path = Request.getPathInContext(request);
    Page page = find(path);
    boolean folder = path.equals("/docs");
    if (page == null && !folder) {
      return super.handle(request, response, callback);
    }
    Operation.set(request, Operation.PAGE);
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      JsonErrorHandler.write(response, ErrorCode.METHOD_NOT_ALLOWED, callback);
    } else if (page == null) {
      // The page uses URLs relative to its folder, so it needs the final slash.
      response.getHeaders().put(HttpHeader.LOCATION, "/docs/");
      response.setStatus(HttpStatus.MOVED_PERMANENTLY_301);
      callback.succeeded();
    } else {
      answer(page, request, response, callback);
    }
    return true;
  }

  private @Nullable Page find(String path) {
    Page page = pages.get(path);
    boolean ofConsole = path.equals("/app") || path.startsWith("/app/");
    return page == null && ofConsole && !path.startsWith("/app/assets/") ? console : page;
  }

  private static void answer(Page page, Request request, Response response, Callback callback) {
    page.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    response.getHeaders().put(HttpHeader.VARY, "Accept-Encoding");
    boolean compressed =
        request.getHeaders().getQualityCSV(HttpHeader.ACCEPT_ENCODING).contains("gzip");
    byte[] bytes = compressed ? page.gzip() : page.bytes();
    String etag = '"' + page.tag() + (compressed ? "-gzip" : "") + '"';
    boolean kept = !"no-store".equals(page.headers().get("Cache-Control"));
    if (kept) {
      response.getHeaders().put(HttpHeader.ETAG, etag);
    }
    if (kept && isKnown(etag, request)) {
      response.setStatus(HttpStatus.NOT_MODIFIED_304);
      callback.succeeded();
      return;
    }
    response.setStatus(HttpStatus.OK_200);
    if (compressed) {
      response.getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
    }
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
    if (request.getMethod().equals("HEAD")) {
      callback.succeeded();
    } else {
      response.write(true, ByteBuffer.wrap(bytes), callback);
    }
  }

  private static boolean isKnown(String etag, Request request) {
    // A proxy may have made the tag weak.
    return request.getHeaders().getCSV(HttpHeader.IF_NONE_MATCH, true).stream()
        .anyMatch(tag -> tag.equals("*") || EtagUtils.matches(etag, tag));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(bytes);
    }
    return compressed.toByteArray();
  }

  /**
   * Reads a file. Its ETag is a hash of the content. Jetty's own tag uses time and length, which
   * can be equal for two versions because the build is reproducible.
   */
  private static Page load(String name, String policy, String cacheControl) {
    try (InputStream in = PagesHandler.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("A page is missing from the jar: " + name);
      }
      byte[] bytes = in.readAllBytes();
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      Map<String, String> headers = new HashMap<>();
      headers.put("Content-Type", contentType(name));
      headers.put("Content-Security-Policy", policy);
      headers.put("Cache-Control", cacheControl);
      headers.put("Referrer-Policy", "no-referrer");
      headers.put("Cross-Origin-Opener-Policy", "same-origin");
      if (name.startsWith("/reference/")) {
        // Public, because browser-based editors and generators load the contract from here.
        headers.put("Access-Control-Allow-Origin", "*");
      } else {
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
      }
      return new Page(bytes, gzip(bytes), HexFormat.of().formatHex(hash, 0, 16), headers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private static String contentType(String name) {
    return switch (name.substring(name.lastIndexOf('.'))) {
      case ".html" -> "text/html; charset=utf-8";
      case ".css" -> "text/css; charset=utf-8";
      case ".js" -> "text/javascript; charset=utf-8";
      case ".svg" -> "image/svg+xml";
      case ".json" -> "application/json";
      case ".yaml" -> "application/yaml"; // RFC 9512
      case ".toml" -> "application/toml";
      case ".py" -> "text/x-python; charset=utf-8";
      default -> throw new IllegalArgumentException(name);
    };
  }
}
