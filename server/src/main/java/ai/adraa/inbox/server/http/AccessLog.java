package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.log.LogContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
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
 * Logs a line for each request, those included that Jetty refuses itself: who asked for what and
 * what came of it. Of the request it tells the method and the path, no header and no query, and of
 * the path nothing that looks like a secret.
 */
public final class AccessLog implements RequestLog {
  private static final Logger LOG = LoggerFactory.getLogger(LogContext.ACCESS_LOG);
  private static final int MAX_METHOD_LENGTH = 20;
  private static final int MAX_PATH_LENGTH = 200;

  // The prefix stays: it is in each list, and tells which token is to be revoked.
  private static final Pattern TOKEN = Pattern.compile("(?i)(adraa_[0-9a-f]{0,8})[0-9a-z_-]*");
  // A session has 43 such characters, what is left of a broken token nearly as many; an id has 25.
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
    // Jetty has not asked the proxies where it refused the request itself.
    String client = host(proxies.client(request));
    String operation = Operation.of(request);
    String id = RequestIdHandler.id(request);
    // Later than the handler, and perhaps on another thread.
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

  /** Milliseconds with one decimal; a formatter would take as long as the rest of the line. */
  private static String tenths(long micros) {
    long tenths = (micros + 50) / 100;
    return tenths / 10 + "." + tenths % 10;
  }

  private static String path(HttpURI uri) {
    // Decoded, since %61draa_ is a secret as well; without what follows a semicolon.
    String path = uri.getCanonicalPath() == null ? uri.getPath() : uri.getCanonicalPath();
    // What Jetty puts for a target that it cannot read.
    boolean unread = path == null || path.equals("/badMessage");
    return unread ? "-" : printable(mask(path), MAX_PATH_LENGTH);
  }

  private static String mask(String text) {
    if (text.length() < SHORTEST_LONG && text.indexOf('_') < 0) {
      // Neither can match, as in nearly all requests.
      return text;
    }
    return LONG.matcher(TOKEN.matcher(text).replaceAll("$1*")).replaceAll("*");
  }

  /** What is not visible ASCII is percent-encoded, so that nobody forges a line or a terminal. */
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
        printable.append('%').append("%02X".formatted(b & 0xff));
      }
    }
    return printable.isEmpty() ? "-" : printable.toString();
  }

  private static boolean isVisible(int character) {
    return character > ' ' && character < 0x7f;
  }

  private static String host(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress internet && internet.getAddress() != null
        ? internet.getAddress().getHostAddress()
        : "-";
  }
}
