package ai.adraa.inbox.server.http;

import java.util.Locale;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** What a person sees in a browser at an address that does not exist. Programs get the envelope. */
public final class NotFoundPage {
  private static final String API = "/api/";

  private final Page page;

  NotFoundPage(Page page) {
    this.page = page;
  }

  /**
   * Answers with this page if a browser asks for a page outside the API. Otherwise returns false
   * and does nothing.
   */
  boolean answer(Request request, Response response, int status, Callback callback) {
    boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    // Java's HttpURLConnection asks for HTML by default. With a token it is no person's browser.
    boolean program = request.getHeaders().contains(HttpHeader.AUTHORIZATION);
    if (!reads || program || isInApi(request) || !prefersHtml(request)) {
      return false;
    }
    page.answer(request, response, status, callback);
    return true;
  }

  private static boolean isInApi(Request request) {
    return startsWithApi(request.getHttpURI().getPath())
        || startsWithApi(request.getHttpURI().getCanonicalPath());
  }

  private static boolean startsWithApi(@Nullable String path) {
    return path != null && path.startsWith(API);
  }

  /** True if the caller names HTML, and does not prefer what the envelope could be sent as. */
  private static boolean prefersHtml(Request request) {
    for (String type : Page.accepted(HttpHeader.ACCEPT, request)) {
      switch (type.toLowerCase(Locale.ROOT)) {
        case "text/html" -> {
          return true;
        }
        case "application/json", "application/*", "*/*" -> {
          return false;
        }
        default -> {
          // Neither of the two.
        }
      }
    }
    return false;
  }
}
