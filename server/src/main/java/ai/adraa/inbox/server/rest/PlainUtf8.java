package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Refuses a body that is not UTF-8 (RFC 8259 §8.1) or is compressed. */
final class PlainUtf8 implements ReaderInterceptor {
  private static final byte[] BYTE_ORDER_MARK = "\uFEFF".getBytes(StandardCharsets.UTF_8);

  @Override
  public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
    String charset = context.getMediaType().getParameters().get(MediaType.CHARSET_PARAMETER);
    String coding = context.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING);
    if (!isUtf8(charset) || (coding != null && !coding.equalsIgnoreCase("identity"))) {
      throw new ErrorCodeException(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
    }
    context.setInputStream(withoutByteOrderMark(context.getInputStream()));
    return context.proceed();
  }

  /** Returns true for every name of UTF-8, and of US-ASCII, whose texts are UTF-8 too. */
  private static boolean isUtf8(@Nullable String charset) {
    if (charset == null) {
      return true;
    }
    try {
      Charset known = Charset.forName(charset.replace('_', '-'));
      return known.equals(StandardCharsets.UTF_8) || known.equals(StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Skips the mark that some editors and libraries put first; RFC 8259 §8.1 allows that. */
  private static InputStream withoutByteOrderMark(InputStream body) throws IOException {
    PushbackInputStream rest = new PushbackInputStream(body, BYTE_ORDER_MARK.length);
    byte[] start = rest.readNBytes(BYTE_ORDER_MARK.length);
    if (!Arrays.equals(start, BYTE_ORDER_MARK)) {
      rest.unread(start);
    }
    return rest;
  }
}
