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
 * Logs to stderr by a thread of its own, so that a reader of stderr who stalls cannot hold up a
 * request. Lines for which there is no room are dropped, counted, and reported once the reader goes
 * on. Lines wait for up to 10 milliseconds and are written together, because a system call for each
 * takes longer than all the rest of a log line. Named in {@code logback.xml}.
 */
public final class StderrAppender extends OutputStreamAppender<ILoggingEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(StderrAppender.class);
  private static final LongAdder DROPPED = new LongAdder();
  private static final int MAX_BYTES = 2 * 1024 * 1024;
  // So that a flood of requests does not push out the reason why they fail.
  private static final int MAX_BYTES_OF_ACCESS_LOG = MAX_BYTES / 2;
  // What a pipe takes at once (PIPE_BUF of Linux): other processes may write to it as well.
  private static final int BLOCK_BYTES = 4 * 1024;
  private static final long COLLECT_MILLIS = 10;
  private static final long STOP_MILLIS = 1_000;

  private final LineQueue lines = new LineQueue();

  /** For Logback. */
  public StderrAppender() {
    setImmediateFlush(false);
  }

  /** The number of lines that were dropped since the program started. */
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

  /** Whole lines that wait to be written. Writing to it never blocks. */
  private static final class LineQueue extends OutputStream {
    private final Thread writer = new Thread(this::writeWaiting, "log");
    // Guarded by this, as what follows.
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

    /** Adds a line. */
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

    /** Writes what waits, unless the reader of stderr has stalled. */
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
            // Nobody reads stderr any more, and there is nowhere else to say so.
          }
          long dropped = DROPPED.sum();
          if (dropped > reported && hasRoom(MAX_BYTES_OF_ACCESS_LOG / 2)) {
            LOG.warn("{} log lines were dropped: stderr was not read", dropped - reported);
            reported = dropped;
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Waits for the next block; null at the end. */
    private synchronized @Nullable ByteArrayOutputStream next() throws InterruptedException {
      while (blocks.isEmpty() && !closed) {
        wait();
      }
      if (blocks.size() == 1 && !closed) {
        // More may come to be written with it.
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
