package ai.adraa.inbox.benchmark;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.glassfish.jersey.jetty.JettyHttpContainer;
import org.glassfish.jersey.server.ContainerFactory;
import org.glassfish.jersey.server.ResourceConfig;

/**
 * What the product is measured beside: servers that answer the same JSON and do nothing else, by
 * Jetty alone or by the smallest resource of Jersey.
 */
public final class Baseline {
  private static final String ANSWER =
      "{\"company\":{\"id\":\"cmbxgvq1e0000ph01a2b3c4d5\",\"name\":\"benchmark\"},"
          + "\"token\":{\"id\":\"cmbxh1k3a0001ph01e6f7g8h9\",\"name\":\"Benchmark\"}}";

  private Baseline() {}

  /** Serves until it is killed; the arguments are {@code jetty} or {@code jersey}, and the port. */
  public static void main(String... arguments) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(arguments[1]));
    server.addConnector(connector);
    server.setHandler(
        arguments[0].equals("jetty")
            ? new Bare()
            : ContainerFactory.createContainer(
                JettyHttpContainer.class, new ResourceConfig(Smallest.class)));
    server.start();
  }

  private static final class Bare extends Handler.Abstract {
    private final byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, MediaType.APPLICATION_JSON);
      response.write(true, ByteBuffer.wrap(answer), callback);
      return true;
    }
  }

  /** The smallest resource that there can be. */
  @Path("/api/v1/me")
  public static final class Smallest {
    /** The answer. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public String verify() {
      return ANSWER;
    }
  }
}
