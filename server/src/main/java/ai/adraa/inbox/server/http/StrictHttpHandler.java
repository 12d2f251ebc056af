package ai.adraa.inbox.server.http;

import ai.adraa.inbox.server.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Rejects requests that Jetty accepts but a proxy in front of it may interpret differently. Also
 * announces the end of a connection whose request body was not read.
 */
public final class StrictHttpHandler extends Handler.Wrapper {
  private static final int MAX_READS_OF_UNREAD_BODY = 16;

  private final NotFoundPage notFound;

  /**
   * @param notFound what browsers get for a path with parameters (;)
   */
  public StrictHttpHandler(NotFoundPage notFound, Handler next) {
    super(next);
    this.notFound = notFound;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    ErrorCode refusal = refusal(request);
    if (refusal == null) {
      Callback completion =
          new Callback.Nested(callback) {
            @Override
            public void succeeded() {
              announceEndIfBodyIsUnread(request, response);
              super.succeeded();
            }
          };
      return super.handle(request, new Answer(request, response), completion);
    }
    refuse(request, response, refusal, callback);
    return true;
  }

  private void refuse(Request request, Response response, ErrorCode refusal, Callback callback)
      throws IOException {
    if (refusal == ErrorCode.BAD_REQUEST) {
      // What follows on this connection may be a smuggled request.
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    } else {
      announceEndIfBodyIsUnread(request, response);
    }
    if (refusal != ErrorCode.NOT_FOUND
        || !notFound.answer(request, response, refusal.status(), callback)) {
      JsonErrorHandler.write(response, refusal, callback);
    }
  }

  private static @Nullable ErrorCode refusal(Request request) {
    List<String> codings = request.getHeaders().getValuesList(HttpHeader.TRANSFER_ENCODING);
    boolean http10 = request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_0;
    // RFC 9112 §6.1. Jetty ignores codings before "chunked", so it would not decode the body.
    if (!codings.isEmpty()
        && (http10 || codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked"))) {
      return ErrorCode.BAD_REQUEST;
    }
    String host = request.getHeaders().get(HttpHeader.HOST);
    if (request.getHttpURI().getFragment() != null || (host != null && host.contains("%"))) {
      return ErrorCode.BAD_REQUEST;
    }
    String path = request.getHttpURI().getPath();
    if (path != null && path.contains(";")) {
      // Path parameters would give every path additional spellings.
      return ErrorCode.NOT_FOUND;
    }
    return null;
  }

  /** Adds {@code Connection: close}, if it is needed, before the response is committed. */
  private static final class Answer extends Response.Wrapper {
    Answer(Request request, Response response) {
      super(request, response);
    }

    private boolean isHttp1() {
      return getRequest().getConnectionMetaData().getHttpVersion().getVersion()
          <= HttpVersion.HTTP_1_1.getVersion();
    }

    @Override
    public void write(boolean last, @Nullable ByteBuffer content, Callback callback) {
      if (getStatus() == HttpStatus.INTERNAL_SERVER_ERROR_500 && !isCommitted() && isHttp1()) {
        // The failure may have left the connection in an unknown state.
        getHeaders().put(HttpHeader.CONNECTION, "close");
      }
      announceEndIfBodyIsUnread(getRequest(), getWrapped());
      super.write(last, content, callback);
    }
  }

  /**
   * Reads what has arrived of an unread body and adds {@code Connection: close} if more is to come,
   * because Jetty then closes the connection after the response. Without this header (RFC 9112
   * §9.6) the caller's next request may be lost.
   */
  private static void announceEndIfBodyIsUnread(Request request, Response response) {
    if (response.isCommitted()
        || request.getHeaders().contains(HttpHeader.EXPECT)
        || request.getConnectionMetaData().getHttpVersion().getVersion()
            > HttpVersion.HTTP_1_1.getVersion()) {
      // With Expect: 100-continue Jetty adds the header itself; HTTP/2 ends only the stream.
      return;
    }
    for (int i = 0; i < MAX_READS_OF_UNREAD_BODY; i++) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        break;
      }
      chunk.release();
      if (chunk.isLast()) {
        return;
      }
    }
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
  }
}
