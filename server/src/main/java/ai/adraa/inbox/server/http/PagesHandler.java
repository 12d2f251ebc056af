package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.error.ErrorCode;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
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
 * served at every path under {@code /app} except {@code /app/assets}. At all other paths outside
 * the API a browser gets the page "Page not found".
 */
public final class PagesHandler extends Handler.Wrapper {
  private static final List<String> CONSOLE =
      List.of(
          "activity.js",
          "api.js",
          "copy.js",
          "create.js",
          "dialog.js",
          "dom.js",
          "edit.js",
          "events.js",
          "failures.js",
          "forms.js",
          "main.js",
          "poll.js",
          "replace.js",
          "revoke.js",
          "secret.js",
          "sign-in.js",
          "style.css",
          "times.js",
          "token-fields.js",
          "token-table.js",
          "token-view.js",
          "token.js",
          "tokens.css",
          "tokens.js",
          "usage-chart.js",
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

  // Each character is safe in YAML, JSON, Markdown and the shell: callers choose the Host header,
  // and readers paste samples.
  private static final Pattern PLAIN_AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.]{2,45}]|[0-9A-Za-z._-]{1,255})(:[0-9]{1,5})?");

  private static final String ASSETS = "/app/assets/";

  private final AssetFolder assets = new AssetFolder(ASSETS, assets());
  private final Page console =
      // The browser must not keep a page that has shown a secret.
      assets.link(Page.load("/console/index.html", CONSOLE_POLICY, "no-store")).compressed();
  private final NotFoundPage notFound =
      new NotFoundPage(
          assets
              .link(Page.load("/console/not-found.html", CONSOLE_POLICY, "no-store"))
              .compressed());
  private final Map<String, Page> pages = new HashMap<>();
  // The pages that contain the contract's address, split at it, if the address to replace it
  // depends
  // on the request.
  private final Map<String, Page> pagesWithAddress = new HashMap<>();
  private final String listenAddress;

  /**
   * Loads and compresses all pages. Requests for other paths go to {@code next}.
   *
   * <p>The reference and the contract show this server's address instead of the contract's, so that
   * nobody sends a token of this server to another host: the public URL or, without one, the scheme
   * and host of the request.
   *
   * @param listenUrl the address to show if the request's host has unusual characters
   */
  public PagesHandler(Optional<URI> publicUrl, URI listenUrl, Handler next) {
    super(next);
    listenAddress = listenUrl.toString();
    String contractAddress = contractAddress();
    pages.put(
        "/",
        assets.link(Page.load("/console/welcome.html", CONSOLE_POLICY, "no-cache")).compressed());
    pages.put(
        "/favicon.ico", Page.load("/console/favicon.ico", CONSOLE_POLICY, "public, max-age=86400"));
    assets.addTo(pages);
    Map<String, String> reference = new HashMap<>();
    reference.put("/docs/", "index.html");
    REFERENCE.forEach(name -> reference.put("/docs/" + name, name));
    reference.put("/openapi.yaml", "openapi.yaml");
    reference.put("/openapi.json", "openapi.json");
    reference.forEach(
        (path, name) -> {
          Page page = Page.load("/reference/" + name, REFERENCE_POLICY, "no-cache");
          if (!page.text().contains(contractAddress)) {
            pages.put(path, page.compressed());
          } else if (publicUrl.isPresent()) {
            Page shown = page.splitAt(contractAddress).joined(publicUrl.get().toString());
            pages.put(path, shown.compressed());
          } else {
            pagesWithAddress.put(path, page.splitAt(contractAddress));
          }
        });
  }

  private static Map<String, Page> assets() {
    Map<String, Page> assets = new HashMap<>();
    assets.put("icon.svg", asset("/reference/icon.svg"));
    CONSOLE.forEach(name -> assets.put(name, asset("/console/" + name)));
    return assets;
  }

  private static Page asset(String file) {
    return Page.load(file, CONSOLE_POLICY, AssetFolder.CACHE_CONTROL);
  }

  /** Returns the page that browsers get at an address that does not exist. */
  public NotFoundPage notFound() {
    return notFound;
  }

  private static String contractAddress() {
    String contract = Page.load("/reference/openapi.json", REFERENCE_POLICY, "no-cache").text();
    try {
      return new ObjectMapper().readTree(contract).requiredAt("/servers/0/url").asText();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String path = Request.getPathInContext(request);
    Page page = find(path, request);
    boolean folder = path.equals("/docs");
    if (page == null && !folder) {
      return notFound.answer(request, response, HttpStatus.NOT_FOUND_404, callback)
          || super.handle(request, response, callback);
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
      page.answer(request, response, HttpStatus.OK_200, callback);
    }
    return true;
  }

  private @Nullable Page find(String path, Request request) {
    Page page = pages.get(path);
    if (page != null) {
      return page;
    }
    Page template = pagesWithAddress.get(path);
    if (template != null) {
      return template.joined(address(request));
    }
    boolean ofConsole = path.equals("/app") || path.startsWith("/app/");
    return ofConsole && !path.startsWith(ASSETS) ? console : null;
  }

  private String address(Request request) {
    // From the request line or, in HTTP/2, :authority; otherwise from Host.
    String authority = request.getHttpURI().getAuthority();
    if (authority == null || !PLAIN_AUTHORITY.matcher(authority).matches()) {
      return listenAddress;
    }
    // Not the scheme in the request line, which the caller chooses.
    return (request.getConnectionMetaData().isSecure() ? "https://" : "http://") + authority;
  }
}
