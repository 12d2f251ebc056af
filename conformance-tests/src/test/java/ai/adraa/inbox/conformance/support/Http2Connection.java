package ai.adraa.inbox.conformance.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A connection on which HTTP/2 is sent frame by frame (RFC 9113 §4), as no HTTP library would. One
 * thread may send while another reads.
 */
public final class Http2Connection implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int END_HEADERS = 4;

  private static final int SETTINGS = 4;
  private static final int ACK = 1;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int DEFAULT_WINDOW = 65_535;
  // A server that never answers, or never closes, fails the test and does not stop the build.
  private static final int TIMEOUT_MILLIS = 60_000;

  public record Frame(int type, int flags, int stream, byte[] payload) {
    public boolean endsStream() {
      return type == RST_STREAM
          || ((type == DATA || type == HEADERS) && (flags & END_STREAM) == END_STREAM);
    }
  }

  private final SSLSocket socket;
  private final DataInputStream in;
  private final URI server;
  private final long begun = System.nanoTime();

  /** Connects with the initial window of 65,535 bytes. */
  public Http2Connection(URI server, SSLContext context) throws IOException {
    this(server, context, DEFAULT_WINDOW);
  }

  /**
   * Connects and agrees on the settings.
   *
   * @param window how many bytes of a response the server may send before a WINDOW_UPDATE
   */
  public Http2Connection(URI server, SSLContext context, int window) throws IOException {
    this.server = server;
    socket =
        (SSLSocket) context.getSocketFactory().createSocket(server.getHost(), server.getPort());
    socket.setSoTimeout(TIMEOUT_MILLIS);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    in = new DataInputStream(socket.getInputStream());
    socket
        .getOutputStream()
        .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    setWindow(window);
    while (true) {
      Frame frame = read().orElseThrow();
      if (frame.type() == SETTINGS && (frame.flags() & ACK) == ACK) {
        return;
      }
    }
  }

  /** Changes the initial window, and with it that of each open stream (RFC 9113 §6.9.2). */
  public void setWindow(int bytes) throws IOException {
    send(
        SETTINGS,
        0,
        0,
        ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE).putInt(bytes).array());
  }

  public synchronized void send(int type, int flags, int stream, byte... payload)
      throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
    socket.getOutputStream().write(frame.array());
  }

  /** Sends a whole request without a body. */
  public void get(int stream, String path) throws IOException {
    send(HEADERS, END_STREAM | END_HEADERS, stream, head("GET", path));
  }

  /** The fields of a request, each a literal or from the static table (RFC 7541 §6). */
  public byte[] head(String method, String path) {
    return head(method, server.getHost() + ":" + server.getPort(), path);
  }

  /** As the other, for any {@code :authority} of fewer than 127 characters. */
  public static byte[] head(String method, String host, String path) {
    byte[] authority = host.getBytes(StandardCharsets.US_ASCII);
    byte[] target = path.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(6 + authority.length + target.length)
        .put((byte) (method.equals("GET") ? 0x82 : 0x83))
        .put((byte) 0x87)
        .put((byte) 0x01)
        .put((byte) authority.length)
        .put(authority)
        .put((byte) 0x04)
        .put((byte) target.length)
        .put(target)
        .array();
  }

  /** The next frame; empty when the server has closed the connection. */
  public Optional<Frame> read() throws IOException {
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .as("age of the connection")
        .isLessThan(Duration.ofMillis(TIMEOUT_MILLIS));
    int first;
    try {
      first = in.read();
    } catch (SocketException e) {
      // The server closed it while this side was sending.
      return Optional.empty();
    }
    if (first < 0) {
      return Optional.empty();
    }
    int length = first << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt() & Integer.MAX_VALUE;
    Frame frame = new Frame(type, flags, stream, in.readNBytes(length));
    if (type == SETTINGS && (flags & ACK) == 0) {
      send(SETTINGS, ACK, 0);
    }
    return Optional.of(frame);
  }

  /** The next frame of the type. */
  public Frame await(int type) throws IOException {
    while (true) {
      Frame frame =
          read()
              .orElseThrow(
                  () -> new AssertionError("The server closed the connection before type " + type));
      if (frame.type() == type) {
        return frame;
      }
    }
  }

  /** The body of the response on the stream. */
  public String body(int stream) throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      Frame frame = read().orElseThrow();
      if (frame.stream() == stream) {
        if (frame.type() == DATA) {
          body.append(new String(frame.payload(), StandardCharsets.UTF_8));
        }
        if (frame.endsStream()) {
          return body.toString();
        }
      }
    }
  }

  /** Ends the connection with RST, as a client that crashes. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Reads until the server has closed the connection. */
  public void awaitEnd() throws IOException {
    Optional<Frame> frame;
    do {
      frame = read();
    } while (frame.isPresent());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
