package ai.adraa.inbox.conformance.support;

import com.atlassian.oai.validator.model.SimpleResponse;
import io.restassured.path.json.JsonPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A connection on which requests are sent as bytes: what no HTTP library would send, and answers as
 * no HTTP library shows them.
 */
public final class RawHttp implements AutoCloseable {
  // A server that never answers is to fail the test, not to stop the build.
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([2-5][0-9]{2}) ");

  /** What came back until the server closed the connection. */
  public record Answer(int status, Map<String, List<String>> headers, byte[] body) {
    /** The value of a header that occurs once; null if it is absent. */
    public String header(String name) {
      List<String> values = headers.getOrDefault(name, List.of());
      if (values.size() > 1) {
        throw new AssertionError(name + " occurs more than once: " + values);
      }
      return values.isEmpty() ? null : values.get(0);
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    public JsonPath json() {
      return JsonPath.from(text());
    }

    /** Holds it against the contract. */
    public void check(String method, String path) {
      SimpleResponse.Builder response = SimpleResponse.Builder.status(status);
      headers.forEach(response::withHeader);
      if (body.length > 0) {
        response.withBody(text());
      }
      ContractFilter.check(method, path, response.build());
    }
  }

  private final Socket socket;

  public RawHttp(URI server) {
    this(server, null);
  }

  /**
   * As the other.
   *
   * @param from an address of this machine; null for any
   */
  public RawHttp(URI server, @Nullable String from) {
    boolean tls = "https".equalsIgnoreCase(server.getScheme());
    int port = server.getPort() != -1 ? server.getPort() : tls ? 443 : 80;
    try {
      InetAddress local = from == null ? null : InetAddress.getByName(from);
      socket =
          tls
              ? SSLSocketFactory.getDefault().createSocket(server.getHost(), port, local, 0)
              : new Socket(server.getHost(), port, local, 0);
      socket.setSoTimeout(TIMEOUT_MILLIS);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends the lines as a request without a body, on a connection of its own. */
  public static Answer exchange(URI server, String... lines) {
    return exchange(server, new byte[0], lines);
  }

  /** Sends the lines, an empty one and the body, on a connection of its own. */
  public static Answer exchange(URI server, byte[] body, String... lines) {
    try (RawHttp connection = new RawHttp(server)) {
      connection.send(lines);
      connection.send(body);
      return connection.answer();
    }
  }

  /** Sends the lines and an empty one. */
  public void send(String... lines) {
    send(head(lines));
  }

  /** The lines and an empty one as they are sent. */
  public static byte[] head(String... lines) {
    return Stream.concat(Arrays.stream(lines), Stream.of("", ""))
        .reduce((before, line) -> before + "\r\n" + line)
        .orElseThrow()
        .getBytes(StandardCharsets.UTF_8);
  }

  public void send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Tells the server that nothing more comes; it can still answer. */
  public void endRequest() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until the server asks for the body of a request with {@code Expect: 100-continue}. */
  public void awaitContinue() {
    String head = new String(readHead(), StandardCharsets.ISO_8859_1);
    if (!head.startsWith("HTTP/1.1 100 ")) {
      throw new AssertionError("The server did not ask for the body: " + head);
    }
  }

  /** Reads one answer that tells its length; the connection may stay open. */
  public Answer oneAnswer() {
    byte[] head = readHead();
    Answer withoutBody = parse(head);
    String length = withoutBody.header("Content-Length");
    try {
      byte[] body =
          socket.getInputStream().readNBytes(length == null ? 0 : Integer.parseInt(length));
      return new Answer(withoutBody.status(), withoutBody.headers(), body);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] readHead() {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    try {
      while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        int next = socket.getInputStream().read();
        if (next < 0) {
          throw new AssertionError("The server closed the connection after: '" + head + "'");
        }
        head.write(next);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return head.toByteArray();
  }

  /** All that comes until the server closes the connection, one character for each byte. */
  public String untilClosed() {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The status of each response in what was received, without interim ones. */
  public static List<String> statuses(String received) {
    return STATUS.matcher(received).results().map(status -> status.group(1)).toList();
  }

  /** Reads until the server closes the connection. */
  public Answer answer() {
    try {
      return parse(socket.getInputStream().readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Answer parse(byte[] bytes) {
    // One character is one byte in this charset.
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (!text.startsWith("HTTP/1.1 ") || end < 0) {
      throw new AssertionError("This is no HTTP answer: '" + text + "'");
    }
    List<String> lines = text.substring(0, end).lines().toList();
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon),
          List.of(line.substring(colon + 1).strip()),
          (one, other) -> Stream.concat(one.stream(), other.stream()).toList());
    }
    byte[] body = Arrays.copyOfRange(bytes, end + 4, bytes.length);
    if (headers
        .getOrDefault("Transfer-Encoding", List.of())
        .toString()
        .toLowerCase(Locale.ROOT)
        .contains("chunked")) {
      body = joinChunks(body);
    }
    return new Answer(Integer.parseInt(lines.get(0).split(" ", 3)[1]), headers, body);
  }

  private static byte[] joinChunks(byte[] chunked) {
    String text = new String(chunked, StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int at = 0;
    while (true) {
      int line = text.indexOf("\r\n", at);
      int length = Integer.parseInt(text.substring(at, line), 16);
      if (length == 0) {
        return body.toByteArray();
      }
      body.write(chunked, line + 2, length);
      at = line + 2 + length + 2;
    }
  }
}
