package ai.adraa.inbox.conformance.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A mail server on a free port whose replies a test sets, and which keeps what it is sent: each
 * line as bytes, one character for each.
 */
public final class ScriptedSmtp implements AutoCloseable {
  /** Closes the connection instead of replying. */
  public static final String DISCONNECT = "";

  private final ServerSocket socket;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Queue<String>> replies = new ConcurrentHashMap<>();
  private final List<String> commands = new CopyOnWriteArrayList<>();
  private final List<String> mails = new CopyOnWriteArrayList<>();
  private volatile String extensions = "";
  private volatile String quoted = "";

  public ScriptedSmtp() {
    try {
      socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  /** Announces an extension, such as {@code AUTH PLAIN}. */
  public ScriptedSmtp offer(String extension) {
    extensions += "250-" + extension + "\r\n";
    return this;
  }

  /**
   * Gives the next command of this name a reply of its own.
   *
   * @param command such as RCPT; {@code .} for the end of a mail, {@code CONNECT} for the greeting
   * @param reply its {@code %s} is replaced by the last mail
   */
  public ScriptedSmtp reply(String command, String reply) {
    replies.computeIfAbsent(command, unused -> new ConcurrentLinkedQueue<>()).add(reply);
    return this;
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** All commands that begin with this. */
  public List<String> commands(String start) {
    return commands.stream().filter(command -> command.startsWith(start)).toList();
  }

  /** The mails that were taken, with their headers. */
  public List<String> mails() {
    return mails;
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket caller = socket.accept();
        threads.execute(() -> serve(caller));
      } catch (IOException e) {
        // The test is over.
      }
    }
  }

  private void serve(Socket caller) {
    try (caller;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(caller.getInputStream(), StandardCharsets.ISO_8859_1))) {
      OutputStream out = caller.getOutputStream();
      boolean open = answer(out, "CONNECT", "220 inbox.example ESMTP");
      while (open) {
        String line = in.readLine();
        if (line == null) {
          return;
        }
        commands.add(line);
        String command = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
        open =
            switch (command) {
              case "EHLO" ->
                  answer(out, command, "250-inbox.example\r\n" + extensions + "250 8BITMIME");
              case "DATA" ->
                  isRefused(command)
                      ? answer(out, command, "")
                      : answer(out, command, "354 Go on") && take(in, out);
              case "QUIT" -> answer(out, command, "221 Bye") && false;
              default -> answer(out, command, "250 OK");
            };
      }
    } catch (IOException e) {
      // The caller has gone.
    }
  }

  private boolean take(BufferedReader in, OutputStream out) throws IOException {
    StringBuilder mail = new StringBuilder();
    for (String line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
      mail.append(line).append('\n');
    }
    if (!isRefused(".")) {
      mails.add(mail.toString());
    }
    quoted = mail.toString().replaceAll("\\s+", " ");
    return answer(out, ".", "250 Taken");
  }

  private boolean isRefused(String command) {
    Queue<String> script = replies.get(command);
    return script != null && !script.isEmpty();
  }

  /** Returns false if the connection is to be closed. */
  private boolean answer(OutputStream out, String command, String usual) throws IOException {
    Queue<String> script = replies.get(command);
    String next = script == null ? null : script.poll();
    String reply = next == null ? usual : next;
    if (reply.equals(DISCONNECT)) {
      return false;
    }
    out.write((reply.replace("%s", quoted) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    return true;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
