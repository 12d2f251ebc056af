package ai.adraa.inbox.benchmark;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * Sends requests at a fixed rate whatever the server does, and times each from when it was due, not
 * from when a slow answer before it let it go: without "coordinated omission", as wrk2 does it. By
 * one thread, as wrk2 too: more of them would keep the server from the processors, and be timed.
 */
final class OpenLoop implements AutoCloseable {
  private static final int CONNECTIONS = 32;
  private static final long PAUSE_NANOS = 20_000;
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: ?([0-9]+)\r\n");

  private final List<byte[]> requests;
  private final double intervalNanos;
  private final long end;
  private final Selector selector = Selector.open();
  private final List<Line> lines = new ArrayList<>();
  private final Histogram latencies = new Histogram(3);

  private OpenLoop(int port, List<byte[]> requests, double perSecond, double seconds)
      throws IOException {
    this.requests = requests;
    this.intervalNanos = CONNECTIONS * 1e9 / perSecond;
    long begin = System.nanoTime() + 10_000_000;
    this.end = begin + Math.round(seconds * 1e9);
    for (int i = 0; i < CONNECTIONS; i++) {
      lines.add(new Line(port, i * 7919, begin + Math.round(i * 1e9 / perSecond)));
    }
  }

  /** Latencies in nanoseconds. */
  static Histogram run(int port, List<byte[]> requests, double perSecond, double seconds)
      throws IOException {
    try (OpenLoop loop = new OpenLoop(port, requests, perSecond, seconds)) {
      return loop.run();
    }
  }

  private Histogram run() throws IOException {
    boolean done = false;
    while (!done) {
      done = true;
      for (Line line : lines) {
        line.sendIfDue();
        done &= !line.waits && line.due >= end;
      }
      if (selector.selectNow() == 0) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      for (SelectionKey key : selector.selectedKeys()) {
        ((Line) key.attachment()).read();
      }
      selector.selectedKeys().clear();
    }
    return latencies;
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }

  /** One connection, and when its next request is due. */
  private final class Line {
    private final SocketChannel channel;
    private final ByteBuffer answer = ByteBuffer.allocate(4 * 1024);
    private final int offset;
    private final long first;
    private long sent;
    private long due;
    private boolean waits;

    Line(int port, int offset, long first) throws IOException {
      this.offset = offset;
      this.first = first;
      this.due = first;
      channel =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
              .setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    void sendIfDue() throws IOException {
      if (waits || due >= end || due > System.nanoTime()) {
        return;
      }
      ByteBuffer request = ByteBuffer.wrap(requests.get((int) ((offset + sent) % requests.size())));
      while (request.hasRemaining()) {
        channel.write(request);
      }
      waits = true;
    }

    void read() throws IOException {
      if (channel.read(answer) < 0) {
        throw new EOFException("The server closed the connection");
      }
      String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
      if (!isWhole(text)) {
        return;
      }
      latencies.recordValue(System.nanoTime() - due);
      if (!text.startsWith("HTTP/1.1 200 ")) {
        throw new IOException("The answer was " + text);
      }
      answer.clear();
      waits = false;
      sent++;
      due = first + Math.round(sent * intervalNanos);
    }

    private static boolean isWhole(String text) {
      int body = text.indexOf("\r\n\r\n") + 4;
      if (body < 4) {
        return false;
      }
      Matcher length = LENGTH.matcher(text);
      return length.find()
          ? text.length() == body + Integer.parseInt(length.group(1))
          : text.endsWith("\r\n0\r\n\r\n");
    }
  }
}
