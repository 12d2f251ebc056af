package ai.adraa.inbox.server.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Tells HTTP/1.1 callers that their connection closes while the server stops, so that their next
 * request is not lost.
 */
public final class Farewell extends Handler.Wrapper {
  private volatile boolean stopping;

  public Farewell(Handler next) {
    super(next);
  }

  /** Adds {@code Connection: close} to every response from now on. */
  public void begin() {
    stopping = true;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    // HTTP/2 has no such header; it uses a GOAWAY frame.
    if (stopping
        && request.getConnectionMetaData().getHttpVersion().getVersion()
            <= HttpVersion.HTTP_1_1.getVersion()) {
      response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
    }
    return super.handle(request, response, callback);
  }
}
