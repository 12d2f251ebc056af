package ai.adraa.inbox.server;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** The request's id in a line of the log, if it is of one; named in {@code logback.xml}. */
public final class RequestIdConverter extends ClassicConverter {
  @Override
  public String convert(ILoggingEvent event) {
    String id = event.getMDCPropertyMap().get(RequestIdHandler.MDC_KEY);
    return id == null ? "" : "[" + id + "] ";
  }
}
