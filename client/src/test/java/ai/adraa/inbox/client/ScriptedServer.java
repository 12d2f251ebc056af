package ai.adraa.inbox.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Gives the responses that a test has prepared, in their order, and keeps the requests. */
final class ScriptedServer implements AutoCloseable {
  record Answer(int status, Map<String, String> headers, String body) {}

  record Received(String line, Map<String, List<String>> headers, String body) {}

  static final String VERIFIED =
      "{\"company\":{\"id\":\"c1\",\"name\":\"acme\"},\"token\":{\"id\":\"c2\",\"name\":\"x\"}}";
  static final String SESSION =
      "{\"session\":{\"agent\":{\"id\":\"c1\",\"email\":\"a@b.example\",\"nickname\":\"a\"},"
          + "\"workspaces\":[{\"id\":\"c3\",\"name\":\"acme\",\"role\":\"admin\"}],"
          + "\"expiresAt\":\"2026-06-12T22:25:00.000Z\"}}";

  final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  final Queue<Received> received = new ConcurrentLinkedQueue<>();
  private final HttpServer server;

  ScriptedServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void next(int status, String body) {
    answers.add(new Answer(status, Map.of("Content-Type", "application/json"), body));
  }

  /** Prepares an error of the API. */
  void refuse(int status, String code) {
    next(status, "{\"error\":{\"code\":\"%s\",\"message\":\"No.\"}}".formatted(code));
  }

  private void answer(HttpExchange exchange) throws IOException {
    received.add(
        new Received(
            exchange.getRequestMethod() + " " + exchange.getRequestURI(),
            Map.copyOf(exchange.getRequestHeaders()),
            new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
    Answer answer = answers.remove();
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    byte[] body = answer.body().getBytes(UTF_8);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
