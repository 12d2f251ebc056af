package ai.adraa.inbox.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Logs to stderr; lines of the access log several at a time, since a call of the system for each
 * takes longer than all else about it. They wait for 10 milliseconds at most, or until anything
 * else is logged, or the program ends in good order. Named in {@code logback.xml}.
 */
public final class StderrAppender extends OutputStreamAppender<ILoggingEvent> {
  // Whole lines, and no more than a pipe takes at once (PIPE_BUF of Linux): others may write to it.
  private static final int BUFFER_BYTES = 4 * 1024;
  private static final long WAIT_MILLIS = 10;

  private final AtomicBoolean flushing = new AtomicBoolean();
  private volatile boolean ending;

  /** For Logback. */
  public StderrAppender() {
    setImmediateFlush(false);
  }

  @Override
  public void start() {
    setOutputStream(new BufferedOutputStream(ConsoleTarget.SystemErr.getStream(), BUFFER_BYTES));
    super.start();
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "log"));
  }

  @Override
  protected void subAppend(ILoggingEvent event) {
    super.subAppend(event);
    if (ending || !event.getLoggerName().equals(AccessLog.LOGGER)) {
      flush();
    } else if (flushing.compareAndSet(false, true)) {
      boolean scheduled = false;
      try {
        ScheduledExecutorService timer = getContext().getScheduledExecutorService();
        var unused = timer.schedule(this::flushWaiting, WAIT_MILLIS, TimeUnit.MILLISECONDS);
        scheduled = true;
      } finally {
        if (!scheduled) {
          // No thread can be had, and none would be tried for again.
          flushWaiting();
        }
      }
    }
  }

  private void flushWaiting() {
    // First: who comes next is flushed with the others, or begins to wait again.
    flushing.set(false);
    flush();
  }

  /** The server logs while it stops, and nobody could say which is its last line. */
  private void end() {
    ending = true;
    flush();
  }

  private void flush() {
    streamWriteLock.lock();
    try {
      // One that was stopped was flushed: the option log-format puts another in its place.
      if (isStarted()) {
        getOutputStream().flush();
      }
    } catch (IOException e) {
      addError("Cannot write the log", e);
    } finally {
      streamWriteLock.unlock();
    }
  }
}
