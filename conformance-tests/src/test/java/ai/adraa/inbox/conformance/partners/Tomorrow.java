package ai.adraa.inbox.conformance.partners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * The server as a later release of v1 may be: it stands before a real one and adds to each answer
 * what the compatibility policy allows, a field in each object, and values that today's contract
 * does not list for each open enum and each error code.
 */
final class Tomorrow extends Handler.Abstract implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> OPEN_ENUMS =
      Map.of("status", "tomorrow_", "role", "tomorrow_", "code", "TOMORROW_");
  private static final Set<String> HOP_BY_HOP =
      Set.of("connection", "content-length", "host", "transfer-encoding", "upgrade", "expect");

  private final URI real;
  private final Server server = new Server(new InetSocketAddress("127.0.0.1", 0));
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Tomorrow(URI real) {
    this.real = real;
  }

  static Tomorrow before(URI real) throws Exception {
    Tomorrow tomorrow = new Tomorrow(real);
    tomorrow.server.setHandler(tomorrow);
    tomorrow.server.start();
    return tomorrow;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getURI().getPort());
  }

  /** What today's answer becomes. */
  static void age(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.forEach(Tomorrow::age);
      OPEN_ENUMS.forEach(
          (field, prefix) -> {
            if (object.path(field).isTextual()) {
              object.put(field, prefix + object.get(field).asText());
            }
          });
      object.putObject("tomorrow").put("new", true).putArray("list").add(1).addNull();
    } else {
      node.forEach(Tomorrow::age);
    }
  }

  @Override
  public boolean handle(Request incoming, Response outgoing, Callback callback) throws Exception {
    byte[] sent = Content.Source.asInputStream(incoming).readAllBytes();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(real.resolve(incoming.getHttpURI().getPathQuery()))
            .method(
                incoming.getMethod(),
                sent.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(sent));
    for (HttpField header : incoming.getHeaders()) {
      if (!isHopByHop(header.getName())) {
        request.header(header.getName(), header.getValue());
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
      age(json);
      body = JSON.writeValueAsBytes(json);
    }
    outgoing.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }

  private static boolean isHopByHop(String header) {
    return HOP_BY_HOP.contains(header.toLowerCase(Locale.ROOT));
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }
}
