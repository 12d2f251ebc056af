package ai.adraa.inbox.server.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
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
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads the whole body before the request gets a worker thread. Jersey's reads block, so without
 * this handler a few slow bodies would occupy all threads.
 */
public final class BodyHandler extends Handler.Wrapper {
  /** The most bytes of a body. */
  public static final int LARGEST = 256 * 1024;

  /** The most bytes of a body that is small enough for every worker thread to read one. */
  public static final int SMALL = 64 * 1024;

  // Small, because a body that is being received takes up to three times its length in memory.
  private static final int SHARE_OF_HEAP = 16;
  private static final long MOST_BYTES = 32 * 1024 * 1024;

  private final Duration deadline;
  private final long maxBufferedBytes;
  private final AtomicLong buffered = new AtomicLong();

  /**
   * @param deadline the maximum time from the start of a request to the end of its body, after
   *     which the request fails
   */
  public BodyHandler(Duration deadline, Handler next) {
    super(next);
    this.deadline = deadline;
    this.maxBufferedBytes = Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  }

  /**
   * Returns how many bytes of request bodies are in memory, without the small ones that a resource
   * has read.
   */
  public long bufferedBytes() {
    return buffered.get();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Body body = new Body(request, response, callback);
    Request.addCompletionListener(request, unused -> body.release());
    return body.isComplete() ? body.handle() : body.await();
  }

  private final class Body extends Request.Wrapper {
    private final Response response;
    private final Callback callback;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Content.@Nullable Chunk failure;
    private final AtomicLong counted = new AtomicLong();
    private @Nullable ByteBufferContentSource content;

    Body(Request request, Response response, Callback callback) {
      super(request);
      this.response = response;
      this.callback = callback;
    }

    /** Hides Content-Type and Content-Encoding if the body is empty. */
    @Override
    public HttpFields getHeaders() {
      HttpFields headers = super.getHeaders();
      return content == null || content.getLength() > 0
          ? headers
          : HttpFields.build(
              headers, EnumSet.of(HttpHeader.CONTENT_TYPE, HttpHeader.CONTENT_ENCODING));
    }

    private void release() {
      buffered.addAndGet(-counted.getAndSet(0));
    }

    /** Reads what has arrived. Returns true if the body is complete or has failed. */
    synchronized boolean isComplete() {
      while (true) {
        Content.Chunk chunk = getWrapped().read();
        if (chunk == null) {
          return false;
        }
        if (Content.Chunk.isFailure(chunk)) {
          failure = chunk;
          return true;
        }
        // Copied, because a retained chunk of one byte would hold a whole buffer.
        byte[] part = BufferUtil.toArray(chunk.getByteBuffer());
        boolean last = chunk.isLast();
        chunk.release();
        bytes.writeBytes(part);
        counted.addAndGet(part.length);
        long all = buffered.addAndGet(part.length);
        if (last) {
          content = new ByteBufferContentSource(ByteBuffer.wrap(bytes.toByteArray()));
          return true;
        }
        if (all > maxBufferedBytes) {
          failure =
              Content.Chunk.from(
                  new HttpException.RuntimeException(
                      HttpStatus.SERVICE_UNAVAILABLE_503, "Too many request bodies in memory"));
          return true;
        }
      }
    }

    boolean await() {
      // The idle timeout does not catch a caller that sends other HTTP/2 frames or chunk
      // extensions instead of body bytes.
      long left = deadline.toNanos() - NanoTime.since(getBeginNanoTime());
      demand(getComponents().getScheduler().schedule(this::expire, left, TimeUnit.NANOSECONDS));
      return true;
    }

    private void demand(Scheduler.Task expiry) {
      getWrapped().demand(Invocable.from(InvocationType.NON_BLOCKING, () -> arrived(expiry)));
    }

    private void arrived(Scheduler.Task expiry) {
      if (!isComplete()) {
        demand(expiry);
        return;
      }
      expiry.cancel();
      WorkerHandler.run(this, response, callback, BodyHandler.super::handle);
    }

    /**
     * Fails the request if its body is not complete. Synchronized with {@link #isComplete} because
     * Jetty may reuse a completed request for the next one.
     */
    private synchronized void expire() {
      if (content == null && failure == null) {
        getWrapped().fail(new TimeoutException("The request body arrived too slowly"));
      }
    }

    boolean handle() throws Exception {
      return BodyHandler.super.handle(this, response, callback);
    }

    @Override
    public Content.@Nullable Chunk read() {
      // A worker thread is reading: the number of workers limits this memory from here on, unless
      // the body is large. Then it counts until the request is complete.
      if (bytes.size() <= SMALL) {
        release();
      }
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
