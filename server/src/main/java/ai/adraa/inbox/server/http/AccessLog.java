package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.log.LogContext;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Logs one line per request, including requests that Jetty rejects itself. A line contains the
 * client address, method, path and result, but no headers and no query. Anything in the path that
 * looks like a secret is masked. Thread-safe.
 */
public final class AccessLog implements RequestLog {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final Logger LOG = LoggerFactory.getLogger(LogContext.ACCESS_LOG);
  private static final int MAX_METHOD_LENGTH = 20;
  private static final int MAX_PATH_LENGTH = 200;

  // Keeps the prefix: it is not secret, and it identifies the token to revoke.
  private static final Pattern TOKEN = Pattern.compile("(?i)(adraa_[0-9a-f]{0,8})[0-9a-z_-]*");
  // A session id has 43 such characters, and a token without its adraa_ start has 48. A cuid has
  // only 25 and must stay readable.
  private static final int SHORTEST_LONG = 30;
  private static final Pattern LONG = Pattern.compile("[0-9A-Za-z_-]{" + SHORTEST_LONG + ",}");

  private final TrustedProxies proxies;

  public AccessLog(TrustedProxies proxies) {
    this.proxies = proxies;
  }

  @Override
  public void log(Request request, Response response) {
    String method = printable(mask(request.getMethod()), MAX_METHOD_LENGTH);
    String path = path(request.getHttpURI());
    int status = response.getStatus();
    long bytes = Math.max(0, Response.getContentBytesWritten(response));
    long micros = TimeUnit.NANOSECONDS.toMicros(NanoTime.since(request.getHeadersNanoTime()));
    // Jetty does not run customizers on a request that it rejects itself.
    String client = host(proxies.client(request));
    String operation = Operation.of(request);
    String id = RequestIdHandler.id(request);
    // The handler that sets the MDC has returned, and this may be a different thread.
    try (MDC.MDCCloseable unused = MDC.putCloseable(LogContext.REQUEST_ID, id)) {
      LOG.atInfo()
          .addKeyValue("client", client)
          .addKeyValue("method", method)
          .addKeyValue("path", path)
          .addKeyValue("status", status)
          .addKeyValue("bytes", bytes)
          .addKeyValue("durationMicros", micros)
          .addKeyValue("operation", operation)
          .log(
              "{} {} {} {} {}B {}ms {}",
              client,
              method,
              path,
              status,
              bytes,
              tenths(micros),
              operation);
    }
  }

  /** Formats milliseconds with one decimal. A formatter would double the cost of the line. */
  private static String tenths(long micros) {
    long tenths = (micros + 50) / 100;
    return tenths / 10 + "." + tenths % 10;
  }

  private static String path(HttpURI uri) {
    // The canonical path is decoded, because %61draa_ also starts a secret. It has no path
    // parameters (the text after a semicolon).
    String path = uri.getCanonicalPath() == null ? uri.getPath() : uri.getCanonicalPath();
    // Jetty uses this path for a target that it cannot parse.
    boolean unread = path == null || path.equals("/badMessage");
    return unread ? "-" : printable(mask(path), MAX_PATH_LENGTH);
  }

  private static String mask(String text) {
    if (text.length() < SHORTEST_LONG && text.indexOf('_') < 0) {
      // Fast path for most requests: neither pattern can match.
      return text;
    }
    return LONG.matcher(TOKEN.matcher(text).replaceAll("$1*")).replaceAll("*");
  }

  /**
   * Percent-encodes everything but visible ASCII, so that a caller cannot forge log lines or send
   * control sequences to a terminal.
   */
  private static String printable(String text, int maxLength) {
    if (text.length() <= maxLength
        && !text.isEmpty()
        && text.chars().allMatch(AccessLog::isVisible)) {
      return text;
    }
    StringBuilder printable = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (printable.length() >= maxLength) {
        return printable.append('…').toString();
      }
      if (isVisible(b)) {
        printable.append((char) b);
      } else {
        printable.append('%').append(HEX.toHexDigits(b));
      }
    }
    return printable.isEmpty() ? "-" : printable.toString();
  }

  private static boolean isVisible(int character) {
    return character > ' ' && character < 0x7f;
  }

  private static String host(@Nullable SocketAddress address) {
    return address == null ? "-" : IpAddress.of(address).orElse("-");
  }
}
