package ai.adraa.inbox.server.rest;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.WriterInterceptor;
import jakarta.ws.rs.ext.WriterInterceptorContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Sets Content-Length on every response. Without it, Jersey on Jetty sends small responses in
 * chunks and answers HEAD with a length of 0.
 */
final class ContentLength implements WriterInterceptor {
  @Override
  public void aroundWriteTo(WriterInterceptorContext context) throws IOException {
    OutputStream response = context.getOutputStream();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    context.setOutputStream(body);
    context.proceed();
    context.getHeaders().putSingle(HttpHeaders.CONTENT_LENGTH, body.size());
    body.writeTo(response);
  }
}
