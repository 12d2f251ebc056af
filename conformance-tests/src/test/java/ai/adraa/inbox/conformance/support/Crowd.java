package ai.adraa.inbox.conformance.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Thousands of connections in one thread: some idle, some too slow, some that never pause. */
public final class Crowd implements AutoCloseable {
  private static final long TRICKLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final InetSocketAddress server;
  private final Selector selector;
  private final List<Member> members = new ArrayList<>();
  private final Thread thread = new Thread(this::run, "crowd");
  private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  private static final class Member {
    private final String kind;
    private final byte[] atOnce;
    private final boolean trickles;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream(0);
    private SocketChannel channel;
    private ByteBuffer toSend;
    private long nextByteAt;

    private Member(String kind, byte[] atOnce, boolean trickles) {
      this.kind = kind;
      this.atOnce = atOnce;
      this.trickles = trickles;
    }
  }

  public Crowd(URI server) throws IOException {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    selector = Selector.open();
  }

  /** Members that send the request, and again as soon as it is answered. */
  public Crowd busy(int number, String kind, byte[] request) {
    return add(number, kind, request, false);
  }

  /** Members that send these bytes at once, none or more, and then one every few seconds. */
  public Crowd slow(int number, String kind, String begin) {
    return add(number, kind, begin.getBytes(StandardCharsets.US_ASCII), true);
  }

  /** Members that send nothing. */
  public Crowd idle(int number, String kind) {
    return add(number, kind, new byte[0], false);
  }

  private Crowd add(int number, String kind, byte[] atOnce, boolean trickles) {
    for (int i = 0; i < number; i++) {
      members.add(new Member(kind, atOnce, trickles));
    }
    return this;
  }

  public Crowd start() {
    thread.start();
    return this;
  }

  /**
   * How often that happened: a kind with {@code connected} or {@code closed} by the server, or a
   * kind and a status, {@code verify 200}; a refusal without Retry-After has a {@code !}.
   */
  public long count(String event) {
    AtomicLong count = counts.get(event);
    return count == null ? 0 : count.get();
  }

  public Map<String, AtomicLong> counts() {
    return counts;
  }

  private void note(Member member, String what) {
    counts.computeIfAbsent(member.kind + " " + what, unused -> new AtomicLong()).incrementAndGet();
  }

  private void run() {
    try {
      int connecting = 0;
      while (!stopped) {
        // By and by, as even an attacker's connections come.
        for (int i = 0; i < 200 && connecting < members.size(); i++) {
          connect(members.get(connecting++));
        }
        selector.select(connecting < members.size() ? 1 : 100);
        for (SelectionKey key : selector.selectedKeys()) {
          Member member = (Member) key.attachment();
          try {
            proceed(member, key);
          } catch (IOException e) {
            // Closed by the server: it comes back at once.
            note(member, "closed");
            member.channel.close();
            connect(member);
          }
        }
        selector.selectedKeys().clear();
        trickle();
      }
      for (Member member : members) {
        if (member.channel != null) {
          member.channel.close();
        }
      }
      selector.close();
    } catch (IOException e) {
      counts.computeIfAbsent("failed: " + e, unused -> new AtomicLong()).incrementAndGet();
    }
  }

  private void connect(Member member) throws IOException {
    member.channel = SocketChannel.open();
    member.channel.configureBlocking(false);
    member.answer.reset();
    member.toSend = ByteBuffer.wrap(member.atOnce);
    SelectionKey key = member.channel.register(selector, SelectionKey.OP_CONNECT, member);
    if (member.channel.connect(server)) {
      connected(member, key);
    }
  }

  private void connected(Member member, SelectionKey key) throws IOException {
    note(member, "connected");
    member.channel.write(member.toSend);
    member.nextByteAt = System.nanoTime() + TRICKLE_NANOS;
    key.interestOps(SelectionKey.OP_READ);
  }

  private void proceed(Member member, SelectionKey key) throws IOException {
    if (key.isConnectable()) {
      member.channel.finishConnect();
      connected(member, key);
      return;
    }
    ByteBuffer buffer = ByteBuffer.allocate(4_096);
    int read = member.channel.read(buffer);
    if (read < 0) {
      throw new IOException("closed");
    }
    member.answer.write(buffer.array(), 0, read);
    String text = member.answer.toString(StandardCharsets.ISO_8859_1);
    int head = text.indexOf("\r\n\r\n");
    if (head < 0) {
      return;
    }
    String headers = text.substring(0, head + 2).toLowerCase(Locale.ROOT);
    int length = headers.indexOf("\r\ncontent-length: ");
    int end = headers.indexOf("\r\n", length + 2);
    if (text.length() - head - 4 < Integer.parseInt(headers.substring(length + 18, end))) {
      return;
    }
    String status = text.substring(9, 12);
    boolean badRefusal = status.equals("503") && !headers.contains("\r\nretry-after: ");
    note(member, badRefusal ? status + "!" : status);
    member.answer.reset();
    if (!member.trickles && !headers.contains("\r\nconnection: close")) {
      member.channel.write(ByteBuffer.wrap(member.atOnce));
    }
  }

  private void trickle() throws IOException {
    long now = System.nanoTime();
    for (Member member : members) {
      if (member.trickles
          && member.channel != null
          && member.channel.isConnected()
          && now - member.nextByteAt > 0) {
        member.nextByteAt = now + TRICKLE_NANOS;
        try {
          member.channel.write(ByteBuffer.wrap(new byte[] {'a'}));
        } catch (IOException e) {
          // The selector sees that it is closed.
        }
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    selector.wakeup();
    thread.join();
  }
}
