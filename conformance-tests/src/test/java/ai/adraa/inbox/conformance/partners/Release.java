package ai.adraa.inbox.conformance.partners;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;

/**
 * The server as a release of v1 may be: a proxy before a real one that changes each response as the
 * compatibility policy allows.
 */
final class Release extends Handler.Abstract implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> HOP_BY_HOP =
      Set.of("connection", "content-length", "host", "transfer-encoding", "upgrade", "expect");

  private final URI real;
  private final Day day;
  private final Server server = new Server(new InetSocketAddress("127.0.0.1", 0));
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Release(URI real, Day day) {
    this.real = real;
    this.day = day;
  }

  static Release before(URI real, Day day) throws Exception {
    Release release = new Release(real, day);
    release.server.setHandler(release);
    release.server.start();
    return release;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getURI().getPort());
  }

  @Override
  public boolean handle(Request incoming, Response outgoing, Callback callback) throws Exception {
    byte[] sent = sent(incoming);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(real.resolve(Day.undo(incoming.getHttpURI().getPathQuery())))
            .method(
                incoming.getMethod(),
                sent.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(sent));
    for (HttpField header : incoming.getHeaders()) {
      if (!isHopByHop(header.getName())) {
        String value = Day.undo(header.getValue());
        Map.Entry<String, String> known =
            day == Day.RELEASED
                ? CookieSessions.header(header.getName(), value)
                : Map.entry(header.getName(), value);
        request.header(known.getKey(), known.getValue());
      }
    }
    HttpResponse<byte[]> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    outgoing.setStatus(answer.statusCode());
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!isHopByHop(name)) {
                values.forEach(value -> outgoing.getHeaders().add(name, value));
              }
            });
    byte[] body = answer.body();
    if (answer.headers().firstValue("Content-Type").orElse("").startsWith("application/json")) {
      JsonNode json = JSON.readTree(body);
      day.change(json);
      if (day == Day.RELEASED) {
        CookieSessions.changeResponse(answer.headers(), json);
      }
      body = JSON.writeValueAsBytes(json);
    }
    outgoing.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }

  private byte[] sent(Request incoming) throws IOException {
    byte[] received = Content.Source.asInputStream(incoming).readAllBytes();
    byte[] sent = Day.undo(new String(received, UTF_8)).getBytes(UTF_8);
    if (day != Day.RELEASED || sent.length == 0) {
      return sent;
    }
    JsonNode json = JSON.readTree(sent);
    CookieSessions.changeRequest(json);
    return JSON.writeValueAsBytes(json);
  }

  private static boolean isHopByHop(String header) {
    return HOP_BY_HOP.contains(header.toLowerCase(Locale.ROOT));
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }
}
