package ai.adraa.inbox.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.server.http.JsonErrorHandler;
import ai.adraa.inbox.server.http.RequestIdHandler;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.InternalServerErrorException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.ext.WriterInterceptor;
import jakarta.ws.rs.ext.WriterInterceptorContext;
import java.io.IOException;
import org.eclipse.jetty.http.HttpTester;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.glassfish.jersey.jackson.JacksonFeature;
import org.glassfish.jersey.server.ResourceConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Faults of the server itself, which no request to the contract's operations can cause. */
class FailedRequestTest {
  private static final Logger ROOT =
      (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private static final Server jetty = new Server();
  private static final LocalConnector connector = start();

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  /** Operations with faults. */
  @Path("/")
  @Produces(MediaType.APPLICATION_JSON)
  public static final class Faulty {
    /** Jackson cannot write it. */
    private static final class Opaque {}

    @GET
    @Path("throws")
    public String fail() {
      throw new IllegalStateException("a fault");
    }

    @GET
    @Path("throws-500")
    public String failAsFramework() {
      throw new InternalServerErrorException("a fault");
    }

    @GET
    @Path("not-json")
    public Object returnWhatIsNotJson() {
      return new Opaque();
    }

    @GET
    @Path("fails-while-written")
    public StreamingOutput failWhileWritten() {
      return output -> {
        // More than Jersey keeps before it sends a response.
        output.write(new byte[100_000]);
        throw new IllegalStateException("a fault");
      };
    }

    @GET
    @Path("never-responds")
    public void neverRespond(@Suspended AsyncResponse response) {}

    @GET
    @Path("{fault: filter-fails|interceptor-fails}")
    public String respond() {
      return "[]";
    }
  }

  /** Fails again when Jersey sends the response to the first failure. */
  private static final class FaultyProvider implements ContainerResponseFilter, WriterInterceptor {
    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
      String path = request.getUriInfo().getPath();
      request.setProperty("path", path);
      if (path.equals("filter-fails")) {
        throw new IllegalStateException("a fault");
      }
    }

    @Override
    public void aroundWriteTo(WriterInterceptorContext context) throws IOException {
      if ("interceptor-fails".equals(context.getProperty("path"))) {
        throw new IllegalStateException("a fault");
      }
      context.proceed();
    }
  }

  private static LocalConnector start() {
    LocalConnector local = new LocalConnector(jetty);
    jetty.addConnector(local);
    jetty.setErrorHandler(new JsonErrorHandler());
    jetty.setHandler(
        new RequestIdHandler(
            new JerseyHandler(
                new ResourceConfig(Faulty.class)
                    .register(JacksonFeature.withoutExceptionMappers())
                    .register(new ObjectMapperProvider())
                    .register(new ContentLength())
                    .register(new FaultyProvider())
                    .register(new ErrorMapper()))));
    try {
      jetty.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return local;
  }

  @AfterAll
  static void stop() throws Exception {
    jetty.stop();
  }

  @BeforeEach
  void listen() {
    log.start();
    ROOT.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    ROOT.detachAppender(log);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "throws",
        "throws-500",
        "not-json",
        "fails-while-written",
        "never-responds",
        "filter-fails",
        "interceptor-fails",
      })
  void aFaultIsAnInternalErrorAndIsLogged(String path) throws Exception {
    HttpTester.Response response =
        HttpTester.parseResponse(
            connector.getResponse("GET /" + path + " HTTP/1.1\r\nHost: inbox.example\r\n\r\n"));

    assertThat(response.getStatus()).isEqualTo(500);
    assertThat(response.get("Content-Type")).isEqualTo("application/json");
    assertThat(response.getContent()).doesNotContain("a fault");
    assertThat(new ObjectMapper().readTree(response.getContent()).at("/error/code").textValue())
        .isEqualTo("INTERNAL_ERROR");
    assertThat(log.list)
        .filteredOn(event -> event.getLevel() == Level.ERROR)
        .filteredOn(event -> event.getMessage().equals("A request failed"))
        .isNotEmpty();
  }
}
