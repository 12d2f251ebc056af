package ai.adraa.inbox.server.database;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** An outage with many failures is one line for each reason. */
class FailureLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(Database.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final FailureLog failures = new FailureLog("Cannot read x");

  @BeforeEach
  void watch() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(log);
  }

  @Test
  void eachReasonIsLoggedOnce() {
    IOException cause = new IOException("no space");
    for (int i = 0; i < 3; i++) {
      assertThat(failures.refuse("disk full", cause))
          .hasMessage("Cannot read x: disk full")
          .hasCause(cause);
      assertThat(failures.refuse("locked")).hasMessage("Cannot read x: locked").hasNoCause();
    }

    assertThat(errors()).containsExactly("Cannot read x: disk full", "Cannot read x: locked");
  }

  @Test
  void oneSuccessAmongFailuresIsNoRecovery() {
    failures.ended();
    failures.refuse("disk full");
    failures.ended();
    failures.refuse("disk full");

    assertThat(log.list)
        .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("Cannot read x: disk full");
  }

  private List<String> errors() {
    return log.list.stream()
        .filter(event -> event.getLevel() == Level.ERROR)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
