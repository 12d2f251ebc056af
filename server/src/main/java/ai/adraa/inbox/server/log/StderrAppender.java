package ai.adraa.inbox.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the log to stderr on a separate thread, so that a stalled reader of stderr cannot block a
 * request. If the buffer is full, lines are dropped and counted; a warning reports their number
 * when the reader continues. Lines are collected for up to 10 ms and written together, because one
 * system call per line costs more than the rest of logging it. Named in {@code logback.xml}.
 * Thread-safe.
 */
public final class StderrAppender extends OutputStreamAppender<ILoggingEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(StderrAppender.class);
  private static final LongAdder DROPPED = new LongAdder();
  private static final int MAX_BYTES = 2 * 1024 * 1024;
  // Leaves room for error messages when many requests fill the access log.
  private static final int MAX_BYTES_OF_ACCESS_LOG = MAX_BYTES / 2;
  // A write of up to PIPE_BUF bytes (4 KiB on Linux) is atomic, so lines do not mix with those of
  // other processes on the same pipe.
  private static final int BLOCK_BYTES = 4 * 1024;
  private static final long COLLECT_MILLIS = 10;
  private static final long STOP_MILLIS = 1_000;

  private final LineQueue lines = new LineQueue();

  /** Called by Logback. */
  public StderrAppender() {
    setImmediateFlush(false);
  }

  /** Returns the number of lines dropped since the program started. */
  public static long dropped() {
    return DROPPED.sum();
  }

  @Override
  public void start() {
    setOutputStream(lines);
    super.start();
    lines.start();
  }

  @Override
  protected void subAppend(ILoggingEvent event) {
    boolean access = event.getLoggerName().equals(LogContext.ACCESS_LOG);
    if (lines.hasRoom(access ? MAX_BYTES_OF_ACCESS_LOG : MAX_BYTES)) {
      super.subAppend(event);
    } else {
      DROPPED.increment();
    }
  }

  /**
   * Queues whole lines until the writer thread takes them. Writing to it never waits for stderr.
   */
  private static final class LineQueue extends OutputStream {
    private final Thread writer = new Thread(this::writeWaiting, "log");
    // Guarded by this, like the three fields below.
    private final Queue<ByteArrayOutputStream> blocks = new ArrayDeque<>();
    private ByteArrayOutputStream last = new ByteArrayOutputStream();
    private int bytes;
    private boolean closed;

    void start() {
      writer.setDaemon(true);
      writer.start();
    }

    synchronized boolean hasRoom(int limit) {
      return bytes < limit;
    }

    @Override
    public synchronized void write(byte[] line, int offset, int length) {
      if (blocks.isEmpty() || last.size() + length > BLOCK_BYTES) {
        last = new ByteArrayOutputStream(BLOCK_BYTES);
        blocks.add(last);
      }
      last.write(line, offset, length);
      if (bytes == 0) {
        notifyAll();
      }
      bytes += length;
    }

    @Override
    public void write(int part) {
      write(new byte[] {(byte) part}, 0, 1);
    }

    /** Waits up to 1 second until the queued lines are written. */
    @Override
    public void close() {
      synchronized (this) {
        closed = true;
        notifyAll();
      }
      try {
        writer.join(STOP_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void writeWaiting() {
      OutputStream stderr = ConsoleTarget.SystemErr.getStream();
      long reported = DROPPED.sum();
      try {
        for (ByteArrayOutputStream block = next(); block != null; block = next()) {
          try {
            stderr.write(block.toByteArray());
            stderr.flush();
          } catch (IOException e) {
            // stderr is closed, and there is no other place to report it.
          }
          long dropped = DROPPED.sum();
          if (dropped > reported && hasRoom(MAX_BYTES_OF_ACCESS_LOG / 2)) {
            LOG.warn("Log lines dropped, because stderr was not read: {}", dropped - reported);
            reported = dropped;
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Waits for the next block. Returns null when the queue is closed and empty. */
    private synchronized @Nullable ByteArrayOutputStream next() throws InterruptedException {
      while (blocks.isEmpty() && !closed) {
        wait();
      }
      if (blocks.size() == 1 && !closed) {
        // Give more lines a chance to join this block.
        TimeUnit.MILLISECONDS.timedWait(this, COLLECT_MILLIS);
      }
      ByteArrayOutputStream block = blocks.poll();
      if (block != null) {
        bytes -= block.size();
      }
      return block;
    }
  }
}
