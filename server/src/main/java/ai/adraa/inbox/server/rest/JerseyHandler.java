package ai.adraa.inbox.server.rest;

import java.io.ByteArrayOutputStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.glassfish.jersey.jetty.JettyHttpContainer;
import org.glassfish.jersey.server.ContainerFactory;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.jspecify.annotations.Nullable;

/**
 * Runs Jersey, buffers its response in memory and writes it exactly once. Three faults of Jersey's
 * own container make this necessary:
 *
 * <ul>
 *   <li>It does not complete a request whose caller has disconnected.
 *   <li>After some failures it completes a request twice.
 *   <li>A caller that reads slowly holds a worker thread.
 * </ul>
 */
final class JerseyHandler extends Handler.Wrapper {
  JerseyHandler(ResourceConfig api) {
    super(
        ContainerFactory.createContainer(
            JettyHttpContainer.class,
            // Jersey only sets the status of a failure; this handler writes the response.
            api.property(ServerProperties.RESPONSE_SET_STATUS_OVER_SEND_ERROR, true)));
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Answer answer = new Answer(request, response);
    try {
      // Resources run on this thread, so the response is complete on return.
      boolean unused = super.handle(new LocalRequest(request), answer, answer);
    } catch (Throwable t) {
      answer.failed(t);
    }
    if (answer.failure == null && answer.succeeded) {
      response.write(true, ByteBuffer.wrap(answer.body.toByteArray()), callback);
      return true;
    }
    response.reset();
    if (answer.failure instanceof URISyntaxException) {
      // Jetty accepts any query; Jersey requires valid percent encoding.
      Response.writeError(request, response, callback, HttpStatus.BAD_REQUEST_400);
    } else {
      Response.writeError(
          request, response, callback, HttpStatus.INTERNAL_SERVER_ERROR_500, null, answer.failure);
    }
    return true;
  }

  /**
   * Replaces the host: Jersey refuses names with an underscore, which Docker Compose gives, and no
   * resource uses the host of the URI.
   */
  private static final class LocalRequest extends Request.Wrapper {
    private final HttpURI uri;

    LocalRequest(Request request) {
      super(request);
      this.uri = HttpURI.build(request.getHttpURI()).authority("localhost", 80).asImmutable();
    }

    @Override
    public HttpURI getHttpURI() {
      return uri;
    }
  }

  /** Buffers Jersey's response and records whether Jersey succeeded or failed. */
  private static final class Answer extends Response.Wrapper implements Callback {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean succeeded;
    private @Nullable Throwable failure;

    Answer(Request request, Response response) {
      super(request, response);
    }

    @Override
    public void write(boolean last, @Nullable ByteBuffer content, Callback callback) {
      if (content != null) {
        body.writeBytes(BufferUtil.toArray(content));
        BufferUtil.clear(content);
      }
      callback.succeeded();
    }

    @Override
    public void reset() {
      super.reset();
      body.reset();
    }

    @Override
    public void succeeded() {
      succeeded = true;
    }

    @Override
    public void failed(Throwable cause) {
      failure = cause;
    }
  }
}
