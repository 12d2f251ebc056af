package ai.adraa.inbox.benchmark;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One HTTP/1.1 connection that is kept: as little as can be between the clock and the server. */
final class Connection implements AutoCloseable {
  /** An answer's status, and its body. */
  record Answer(int status, String body) {}

  private final Socket socket;
  private final InputStream answers;

  Connection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(30_000);
    answers = new BufferedInputStream(socket.getInputStream());
  }

  /** The bytes of a request that verifies a token. */
  static byte[] verification(String token) {
    return request("GET", "/api/v1/me", "Authorization: Bearer " + token, "");
  }

  /** The bytes of a request with this header, and a JSON body if it is not empty. */
  static byte[] request(String method, String path, String header, String body) {
    String content =
        body.isEmpty()
            ? ""
            : "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
    return (method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + header + "\r\n" + content)
        .concat("\r\n" + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends a request and waits for the whole answer. */
  Answer send(byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    int length = 0;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring(15).strip());
      }
      chunked |= header.equalsIgnoreCase("Transfer-Encoding: chunked");
    }
    byte[] body = chunked ? chunks() : answers.readNBytes(length);
    return new Answer(status, new String(body, StandardCharsets.UTF_8));
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = -1; size != 0; ) {
      size = Integer.parseInt(line(), 16);
      body.writeBytes(answers.readNBytes(size));
      line();
    }
    return body.toByteArray();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = answers.read(); b != '\n'; b = answers.read()) {
      if (b < 0) {
        throw new EOFException("The server closed the connection");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
