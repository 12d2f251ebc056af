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
 * Runs Jersey, keeps its answer in memory, and writes it once. Jersey's own container does not
 * complete a request whose caller has gone away, and completes one twice after some failures; it
 * also lets a caller who reads slowly hold a worker thread.
 */
final class JerseyHandler extends Handler.Wrapper {
  JerseyHandler(ResourceConfig api) {
    super(
        ContainerFactory.createContainer(
            JettyHttpContainer.class,
            // Jersey reports a failure and does not answer it: that is done here.
            api.property(ServerProperties.RESPONSE_SET_STATUS_OVER_SEND_ERROR, true)));
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Answer answer = new Answer(request, response);
    try {
      // Resources answer in this thread, so on return the answer is complete.
      boolean unused = super.handle(request, answer, answer);
    } catch (Throwable t) {
      answer.failed(t);
    }
    if (answer.succeeded) {
      response.write(true, ByteBuffer.wrap(answer.body.toByteArray()), callback);
    } else {
      // Jersey sets 400 for a URI that it cannot read.
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

  /** What Jersey answers, and whether it has completed or failed. */
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
