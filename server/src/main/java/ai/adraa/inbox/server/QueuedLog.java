package ai.adraa.inbox.server;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the log in a thread of its own, so that a reader of stderr who stalls cannot hold up a
 * request. Lines for which the queue has no room are dropped, counted, and reported once there is
 * room again. Named in {@code logback.xml}.
 */
public final class QueuedLog extends AsyncAppender {
  private static final Logger LOG = LoggerFactory.getLogger(QueuedLog.class);
  private static final LongAdder DROPPED = new LongAdder();

  // Guarded by this.
  private long unreported;

  /** For Logback. */
  public QueuedLog() {
    setNeverBlock(true);
    // No level is dropped before the queue is full.
    setDiscardingThreshold(0);
  }

  /** The number of lines that were dropped since the program started. */
  static long dropped() {
    return DROPPED.sum();
  }

  @Override
  protected void append(ILoggingEvent event) {
    long report = 0;
    // Only the writing thread makes room meanwhile, so no line is lost that is not counted.
    synchronized (this) {
      if (getRemainingCapacity() == 0) {
        DROPPED.increment();
        unreported++;
        return;
      }
      super.append(event);
      // With the queue half empty again, the reader goes on.
      if (unreported > 0 && getRemainingCapacity() > getQueueSize() / 2) {
        report = unreported;
        unreported = 0;
      }
    }
    if (report > 0) {
      LOG.warn("{} log lines were dropped because stderr was not read", report);
    }
  }
}
