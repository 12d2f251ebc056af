package ai.adraa.inbox.server.rest;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpStatus;
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
      boolean unused = super.handle(request, answer, answer);
    } catch (Throwable t) {
      answer.failed(t);
    }
    if (answer.succeeded) {
      response.write(true, ByteBuffer.wrap(answer.body.toByteArray()), callback);
    } else {
      // Jersey sets 400 for a URI that it cannot parse.
      boolean badRequest = response.getStatus() == HttpStatus.BAD_REQUEST_400;
      response.reset();
      Response.writeError(
          request,
          response,
          callback,
          badRequest ? HttpStatus.BAD_REQUEST_400 : HttpStatus.INTERNAL_SERVER_ERROR_500,
          null,
          badRequest ? null : answer.failure);
    }
    return true;
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
      succeeded = failure == null;
    }

    @Override
    public void failed(Throwable cause) {
      succeeded = false;
      if (failure == null) {
        failure = cause;
      }
    }
  }
}
