package ai.adraa.inbox.server.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.EtagUtils;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.InputStreamContentSource;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A static page: a file with its own headers. Its ETag is a hash of the content. Jetty's own tag
 * uses time and length, which can be equal for two versions because the build is reproducible.
 */
final class Page {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final List<byte[]> parts;
  private final byte @Nullable [] gzip;
  private final String tag;
  private final Map<String, String> headers;

  private Page(
      List<byte[]> parts, byte @Nullable [] gzip, String tag, Map<String, String> headers) {
    this.parts = parts;
    this.gzip = gzip;
    this.tag = tag;
    this.headers = headers;
  }

  /** Returns 32 hex digits of the SHA-256. */
  static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Reads a file of the jar. */
  static Page load(String name, String policy, String cacheControl) {
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
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("A page is missing from the jar: " + name);
      }
      byte[] bytes = in.readAllBytes();
      return new Page(List.of(bytes), null, hash(bytes), headers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the hash of the content. */
  String tag() {
    return tag;
  }

  String text() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    parts.forEach(text::writeBytes);
    return text.toString(StandardCharsets.UTF_8);
  }

  /** Returns the parts of this page between the occurrences of a text, for {@link #joined}. */
  Page splitAt(String text) {
    List<byte[]> split =
        Stream.of(text().split(Pattern.quote(text), -1))
            .map(part -> part.getBytes(StandardCharsets.UTF_8))
            .toList();
    return new Page(split, null, tag, headers);
  }

  /**
   * Returns this page with a text between its parts, which both pages share. Any caller can trigger
   * this work, so it copies and hashes only the text. The page is not compressed.
   */
  Page joined(String text) {
    byte[] between = text.getBytes(StandardCharsets.UTF_8);
    List<byte[]> joined = new ArrayList<>(2 * parts.size());
    for (byte[] part : parts) {
      if (!joined.isEmpty()) {
        joined.add(between);
      }
      joined.add(part);
    }
    return new Page(joined, null, hash((tag + text).getBytes(StandardCharsets.UTF_8)), headers);
  }

  /**
   * Returns this page, served compressed to clients that accept it. Call it at startup: compression
   * on each request would be work that any caller can trigger. API responses are never compressed,
   * because the compressed length of a response can reveal a secret in it.
   */
  Page compressed() {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      for (byte[] part : parts) {
        out.write(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Page(parts, compressed.toByteArray(), tag, headers);
  }

  /** Answers a GET or HEAD request with this page. */
  void answer(Request request, Response response, int status, Callback callback) {
    headers.forEach((name, value) -> response.getHeaders().put(name, value));
    response.getHeaders().put(HttpHeader.VARY, "Accept-Encoding");
    List<byte[]> body = parts;
    String etag = '"' + tag + '"';
    boolean compressed =
        gzip != null && accepted(HttpHeader.ACCEPT_ENCODING, request).contains("gzip");
    if (gzip != null && compressed) {
      body = List.of(gzip);
      etag = '"' + tag + "-gzip\"";
    }
    boolean kept = !"no-store".equals(headers.get("Cache-Control"));
    if (kept) {
      response.getHeaders().put(HttpHeader.ETAG, etag);
    }
    if (kept && isKnown(etag, request)) {
      response.setStatus(HttpStatus.NOT_MODIFIED_304);
      callback.succeeded();
      return;
    }
    response.setStatus(status);
    if (compressed) {
      response.getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
    }
    response
        .getHeaders()
        .put(HttpHeader.CONTENT_LENGTH, body.stream().mapToLong(part -> part.length).sum());
    if (request.getMethod().equals("HEAD")) {
      callback.succeeded();
    } else if (body.size() == 1) {
      response.write(true, ByteBuffer.wrap(body.get(0)), callback);
    } else {
      // A caller that does not read the response holds one buffer, not the page.
      ByteBufferPool pool = request.getComponents().getByteBufferPool();
      Content.copy(
          new InputStreamContentSource(
              new SequenceInputStream(
                  Collections.enumeration(
                      body.stream().<InputStream>map(ByteArrayInputStream::new).toList())),
              new ByteBufferPool.Sized(pool, false, BUFFER_BYTES)),
          response,
          callback);
    }
  }

  /**
   * Returns what the caller accepts, sorted by quality; values of equal quality keep the caller's
   * order. Empty if the header is malformed: the error handler too sends pages, and must not fail.
   */
  static List<String> accepted(HttpHeader header, Request request) {
    try {
      return request.getHeaders().getQualityCSV(header);
    } catch (HttpException.RuntimeException e) {
      return List.of();
    }
  }

  private static boolean isKnown(String etag, Request request) {
    // A proxy may have made the tag weak.
    return request.getHeaders().getCSV(HttpHeader.IF_NONE_MATCH, true).stream()
        .anyMatch(tag -> tag.equals("*") || EtagUtils.matches(etag, tag));
  }

  private static String contentType(String name) {
    return switch (name.substring(name.lastIndexOf('.'))) {
      case ".html" -> "text/html; charset=utf-8";
      case ".css" -> "text/css; charset=utf-8";
      case ".js" -> "text/javascript; charset=utf-8";
      case ".svg" -> "image/svg+xml";
      case ".ico" -> "image/x-icon";
      case ".json" -> "application/json";
      case ".yaml" -> "application/yaml"; // RFC 9512
      case ".toml" -> "application/toml";
      case ".py" -> "text/x-python; charset=utf-8";
      default -> throw new IllegalArgumentException(name);
    };
  }
}
