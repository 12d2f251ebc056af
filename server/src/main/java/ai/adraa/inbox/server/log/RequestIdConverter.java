package ai.adraa.inbox.server.log;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** Adds the request id to log lines that belong to a request. Named in {@code logback.xml}. */
public final class RequestIdConverter extends ClassicConverter {
  @Override
  public String convert(ILoggingEvent event) {
    String id = event.getMDCPropertyMap().get(LogContext.REQUEST_ID);
    return id == null ? "" : "[" + id + "] ";
  }
}
