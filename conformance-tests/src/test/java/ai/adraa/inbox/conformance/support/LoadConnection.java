package ai.adraa.inbox.conformance.support;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A connection for tests under load: it is kept as long as the server keeps it, costs few cycles
 * per request, and throws an {@link IOException} if no complete response arrives. It never retries.
 */
public final class LoadConnection implements AutoCloseable {
  /** The answer of a server that is alive must come within this. */
  private static final int TIMEOUT_MILLIS = 60_000;

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");
  private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *(\\d+)\r\n");
  private static final Pattern ID = Pattern.compile("\"token\":\\{\"id\":\"([^\"]+)\"");
  private static final Pattern SECRET = Pattern.compile("\"secret\":\"([^\"]+)\"");

  /** A whole answer; the head in lower case. */
  public record Answer(int status, String head, String body) {
    public boolean closes() {
      return head.contains("\r\nconnection: close\r\n");
    }

    public boolean tellsWhenToRetry() {
      return head.contains("\r\nretry-after: ");
    }

    public TestInbox.NewToken newToken() {
      return new TestInbox.NewToken(find(ID, body), find(SECRET, body));
    }
  }

  private final URI server;
  private Socket socket;
  private InputStream in;
  private boolean sent;
  private int answers;

  public LoadConnection(URI server) {
    this.server = server;
  }

  public static byte[] verify(String secret) {
    return request("GET /api/v1/me HTTP/1.1\r\nAuthorization: Bearer " + secret, "");
  }

  public static byte[] create(TestInbox.SignedIn admin, String name) {
    return post(admin, "", "{\"name\":\"" + name + "\"}");
  }

  public static byte[] create(TestInbox.SignedIn admin, String name, Instant expiresAt) {
    return post(admin, "", "{\"name\":\"" + name + "\",\"expiresAt\":\"" + expiresAt + "\"}");
  }

  public static byte[] replace(TestInbox.SignedIn admin, String tokenId, Instant oldExpiresAt) {
    return post(admin, "/" + tokenId + "/replace", "{\"oldExpiresAt\":\"" + oldExpiresAt + "\"}");
  }

  private static byte[] post(TestInbox.SignedIn admin, String path, String body) {
    return request(
        "POST /api/v1/workspaces/%s/tokens%s HTTP/1.1\r\nCookie: adraa_session=%s\r\nContent-Type: application/json"
            .formatted(admin.workspaceId(), path, admin.session()),
        body);
  }

  public static byte[] revoke(TestInbox.SignedIn admin, String tokenId) {
    return request(
        "POST /api/v1/workspaces/%s/tokens/%s/revoke HTTP/1.1\r\nCookie: adraa_session=%s"
            .formatted(admin.workspaceId(), tokenId, admin.session()),
        "");
  }

  public static byte[] list(TestInbox.SignedIn admin) {
    return request(
        "GET /api/v1/workspaces/%s/tokens HTTP/1.1\r\nCookie: adraa_session=%s"
            .formatted(admin.workspaceId(), admin.session()),
        "");
  }

  public static byte[] code(String email) {
    return request(
        "POST /api/v1/sign-in-codes HTTP/1.1\r\nContent-Type: application/json",
        "{\"email\":\"" + email + "\"}");
  }

  private static byte[] request(String head, String body) {
    return (head + "\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Connects, unless the connection of the last request is still there. */
  public void connect() throws IOException {
    if (socket == null) {
      socket = new Socket(server.getHost(), server.getPort());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      in = new BufferedInputStream(socket.getInputStream());
      answers = 0;
    }
  }

  /** Sends the request and reads its answer. */
  public Answer send(byte[] request) throws IOException {
    sent = false;
    try {
      connect();
      socket.getOutputStream().write(request);
      sent = true;
      Answer answer = read();
      answers++;
      if (answer.closes()) {
        close();
      }
      return answer;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Whether all bytes of the last request were handed to the connection. */
  public boolean sentAll() {
    return sent;
  }

  /** How many answers this connection has brought. */
  public int answers() {
    return answers;
  }

  private Answer read() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    for (int ends = 0; ends < 4; ) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("The server closed the connection after " + bytes.size() + " bytes");
      }
      bytes.write(next);
      ends = next == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : 0;
    }
    String head = bytes.toString(StandardCharsets.ISO_8859_1);
    int length = 0;
    Matcher found = LENGTH.matcher(head.toLowerCase(Locale.ROOT));
    if (found.find()) {
      length = Integer.parseInt(found.group(1));
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("The server closed the connection within a body");
    }
    return new Answer(
        Integer.parseInt(find(STATUS, head)),
        head.toLowerCase(Locale.ROOT),
        new String(body, StandardCharsets.UTF_8));
  }

  private static String find(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    if (!found.find()) {
      throw new AssertionError("No " + pattern + " in: " + text);
    }
    return found.group(1);
  }

  @Override
  public void close() {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is of no more use either way.
      }
      socket = null;
    }
  }
}
