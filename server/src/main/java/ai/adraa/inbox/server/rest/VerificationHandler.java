package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.api.VerificationApi;
import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.http.Operation;
import ai.adraa.inbox.server.http.WorkerHandler;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers plain verifications without Jersey, because Jersey takes more time per request than
 * everything else together. A plain verification is a GET without query and body whose caller
 * accepts JSON; nearly all are. Jersey answers the rest, with the same authentication, resource and
 * error mapping.
 */
final class VerificationHandler extends Handler.Wrapper {
  /** The operationId in the contract, and so the name of the method in {@link VerificationApi}. */
  private static final String OPERATION = "verifyToken";

  private static final HttpField JSON =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, MediaType.APPLICATION_JSON);

  private final BooleanSupplier quick;
  private final TokenAuthentication authentication;
  private final WorkerHandler workers;
  private final ErrorMapper errors = new ErrorMapper();

  /**
   * @param quick true if a verification can run on the I/O thread because it is not expected to
   *     wait
   * @param workers runs verifications that cannot run on the I/O thread
   * @param next handles all other requests
   */
  VerificationHandler(
      BooleanSupplier quick,
      TokenAuthentication authentication,
      WorkerHandler workers,
      Handler next) {
    super(next);
    this.quick = quick;
    this.authentication = authentication;
    this.workers = workers;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (!isPlain(request)) {
      return super.handle(request, response, callback);
    }
    Operation.set(request, OPERATION);
    if (quick.getAsBoolean()) {
      return answer(request, response, callback);
    }
    workers.execute(request, response, callback, this::answer);
    return true;
  }

  private boolean answer(Request request, Response response, Callback callback) throws IOException {
    write(answer(request.getHeaders()), response, callback);
    return true;
  }

  private static boolean isPlain(Request request) {
    HttpFields headers = request.getHeaders();
    String accept = headers.get(HttpHeader.ACCEPT);
    return request.getMethod().equals(HttpMethod.GET)
        && RestApi.VERIFICATION_PATH.equals(request.getHttpURI().getPath())
        && request.getHttpURI().getQuery() == null
        && (accept == null
            || accept.equals(MediaType.WILDCARD)
            || accept.equals(MediaType.APPLICATION_JSON))
        && !headers.contains(HttpHeader.TRANSFER_ENCODING)
        && !headers.contains(HttpHeader.CONTENT_LENGTH);
  }

  private jakarta.ws.rs.core.Response answer(HttpFields headers) {
    try {
      return VerificationResource.verify(
          authentication.authenticate(headers.getValuesList(HttpHeader.AUTHORIZATION)));
    } catch (RuntimeException e) {
      return errors.toResponse(e);
    }
  }

  private static void write(
      jakarta.ws.rs.core.Response answer, Response response, Callback callback) throws IOException {
    response.setStatus(answer.getStatus());
    answer
        .getStringHeaders()
        .forEach((name, values) -> response.getHeaders().put(name, String.join(",", values)));
    response.getHeaders().put(JSON);
    response.write(
        true, ByteBuffer.wrap(Json.MAPPER.writeValueAsBytes(answer.getEntity())), callback);
  }
}
