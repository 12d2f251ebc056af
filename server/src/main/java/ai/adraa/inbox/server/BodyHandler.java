package ai.adraa.inbox.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the whole body before a thread is taken for the request, and blocks none: Jersey reads
 * in a blocking way, so that a few hundred slow bodies would stop the server.
 */
final class BodyHandler extends Handler.Wrapper {
  /** All bodies together that are waited for, or in work. */
  private static final long MAX_BUFFERED_BYTES = 32 * 1024 * 1024;

  private final Duration deadline;
  private final AtomicLong buffered = new AtomicLong();

  /** Gives up a body that is not there as long after the request began. */
  BodyHandler(Duration deadline, Handler next) {
    super(next);
    this.deadline = deadline;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Body body = new Body(request, response, callback);
    Request.addCompletionListener(request, unused -> buffered.addAndGet(-body.length()));
    return body.isComplete() ? body.handle() : body.await();
  }

  private final class Body extends Request.Wrapper {
    private final Response response;
    private final Callback callback;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Content.@Nullable Chunk failure;
    private @Nullable ByteBufferContentSource content;

    Body(Request request, Response response, Callback callback) {
      super(request);
      this.response = response;
      this.callback = callback;
    }

    int length() {
      return bytes.size();
    }

    /** Takes what has come; whether that is all, or all that will come. */
    boolean isComplete() {
      while (true) {
        Content.Chunk chunk = getWrapped().read();
        if (chunk == null) {
          return false;
        }
        if (Content.Chunk.isFailure(chunk)) {
          failure = chunk;
          return true;
        }
        // A copy, since a chunk of one byte would keep a whole buffer.
        byte[] part = BufferUtil.toArray(chunk.getByteBuffer());
        boolean last = chunk.isLast();
        chunk.release();
        bytes.writeBytes(part);
        long all = buffered.addAndGet(part.length);
        if (last) {
          content = new ByteBufferContentSource(ByteBuffer.wrap(bytes.toByteArray()));
          return true;
        }
        if (all > MAX_BUFFERED_BYTES) {
          failure =
              Content.Chunk.from(
                  new HttpException.RuntimeException(
                      HttpStatus.SERVICE_UNAVAILABLE_503, "Too many bodies at once"));
          return true;
        }
        if (NanoTime.since(getBeginNanoTime()) > deadline.toNanos()) {
          failure = Content.Chunk.from(new TimeoutException("The body comes too slowly"));
          return true;
        }
      }
    }

    boolean await() {
      getWrapped().demand(Invocable.from(InvocationType.NON_BLOCKING, this::arrived));
      return true;
    }

    private void arrived() {
      if (!isComplete()) {
        await();
        return;
      }
      WorkerHandler.run(this, response, callback, BodyHandler.super::handle);
    }

    boolean handle() throws Exception {
      return BodyHandler.super.handle(this, response, callback);
    }

    @Override
    public Content.@Nullable Chunk read() {
      return content == null ? failure : content.read();
    }

    @Override
    public void demand(Runnable contentAvailable) {
      if (content == null) {
        contentAvailable.run();
      } else {
        content.demand(contentAvailable);
      }
    }
  }
}
