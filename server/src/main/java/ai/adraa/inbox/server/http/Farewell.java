package ai.adraa.inbox.server.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Asks callers of a server that stops to send no more on their connections. */
public final class Farewell extends Handler.Wrapper {
  private volatile boolean stopping;

  public Farewell(Handler next) {
    super(next);
  }

  /** From now on each response says that its connection closes. */
  public void begin() {
    stopping = true;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    // HTTP/2 has no such header, and says so in a frame of its own.
    if (stopping
        && request.getConnectionMetaData().getHttpVersion().getVersion()
            <= HttpVersion.HTTP_1_1.getVersion()) {
      response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
    }
    return super.handle(request, response, callback);
  }
}
