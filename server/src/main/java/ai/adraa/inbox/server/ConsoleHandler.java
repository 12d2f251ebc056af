package ai.adraa.inbox.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Serves the console: its files under {@code /app/assets}, and its one page at every other path
 * under {@code /app}, where the page's own script finds what to show.
 */
final class ConsoleHandler extends Handler.Wrapper {
  private static final String PAGE = "index.html";
  private static final Set<String> ASSETS =
      Set.of(
          "api.js",
          "dialogs.js",
          "dom.js",
          "failures.js",
          "forms.js",
          "icon.svg",
          "main.js",
          "sign-in.js",
          "style.css",
          "times.js",
          "tokens.css",
          "tokens.js");
  private static final String ASSETS_PATH = "/app/assets/";

  private static final String CONTENT_SECURITY_POLICY =
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
          // No string becomes markup or script, whatever the page's code does.
          "require-trusted-types-for 'script'",
          "trusted-types 'none'");

  private record Asset(byte[] bytes, String contentType, String etag) {}

  private final Asset page = load(PAGE);
  private final Map<String, Asset> assets =
      ASSETS.stream().collect(Collectors.toMap(Function.identity(), ConsoleHandler::load));

  ConsoleHandler(Handler next) {
    super(next);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String path = Request.getPathInContext(request);
    boolean root = path.equals("/");
    if (!root && !path.equals("/app") && !path.startsWith("/app/")) {
      return super.handle(request, response, callback);
    }
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      JsonErrorHandler.write(response, ErrorCode.METHOD_NOT_ALLOWED, callback);
    } else if (root) {
      response.getHeaders().put(HttpHeader.LOCATION, "/app");
      response.setStatus(HttpStatus.FOUND_302);
      callback.succeeded();
    } else if (path.startsWith(ASSETS_PATH)) {
      Asset asset = assets.get(path.substring(ASSETS_PATH.length()));
      if (asset == null) {
        JsonErrorHandler.write(response, ErrorCode.NOT_FOUND, callback);
      } else {
        answerAsset(asset, request, response, callback);
      }
    } else {
      // Cache-Control stays no-store: the browser is to keep no page that has shown a secret.
      answer(page, request, response, callback);
    }
    return true;
  }

  private static void answerAsset(
      Asset asset, Request request, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
    response.getHeaders().put(HttpHeader.ETAG, asset.etag());
    boolean known =
        request.getHeaders().getValuesList(HttpHeader.IF_NONE_MATCH).stream()
            .flatMap(value -> Arrays.stream(value.split(",")))
            .map(String::strip)
            // A proxy that compresses makes the tag weak.
            .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
            .anyMatch(tag -> tag.equals("*") || tag.equals(asset.etag()));
    if (known) {
      response.setStatus(HttpStatus.NOT_MODIFIED_304);
      callback.succeeded();
    } else {
      answer(asset, request, response, callback);
    }
  }

  private static void answer(Asset asset, Request request, Response response, Callback callback) {
    response.setStatus(HttpStatus.OK_200);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, asset.contentType());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, asset.bytes().length);
    response.getHeaders().put("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    response.getHeaders().put("Referrer-Policy", "no-referrer");
    response.getHeaders().put("Cross-Origin-Opener-Policy", "same-origin");
    response.getHeaders().put("Cross-Origin-Resource-Policy", "same-origin");
    if (request.getMethod().equals("HEAD")) {
      callback.succeeded();
    } else {
      response.write(true, ByteBuffer.wrap(asset.bytes()), callback);
    }
  }

  /**
   * Reads a file of the console. Its tag is made of what is in it: of its time and length, as
   * Jetty's own would be, two versions from a reproducible build can have the same.
   */
  private static Asset load(String name) {
    try (InputStream in = ConsoleHandler.class.getResourceAsStream("/console/" + name)) {
      if (in == null) {
        throw new IllegalStateException("The console's file is missing: " + name);
      }
      byte[] bytes = in.readAllBytes();
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return new Asset(bytes, contentType(name), '"' + HexFormat.of().formatHex(hash, 0, 16) + '"');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String contentType(String name) {
    return switch (name.substring(name.lastIndexOf('.'))) {
      case ".html" -> "text/html; charset=utf-8";
      case ".css" -> "text/css; charset=utf-8";
      case ".js" -> "text/javascript; charset=utf-8";
      case ".svg" -> "image/svg+xml";
      default -> throw new IllegalArgumentException(name);
    };
  }
}
