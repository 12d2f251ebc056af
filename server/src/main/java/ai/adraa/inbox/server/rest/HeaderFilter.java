package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/**
 * Parses Content-Type and Accept before Jersey matches the resource. During matching Jersey does
 * not call the error mapper, so a malformed header would look like a server failure.
 */
@PreMatching
final class HeaderFilter implements ContainerRequestFilter {
  @Override
  public void filter(ContainerRequestContext request) {
    List<String> types = request.getHeaders().getOrDefault(HttpHeaders.CONTENT_TYPE, List.of());
    if (types.size() > 1) {
      throw new ErrorCodeException(ErrorCode.BAD_REQUEST);
    }
    try {
      MediaType type = request.getMediaType();
      if (type != null) {
        // Jersey reads a parameter q in Content-Type as a quality value, but only Accept has one.
        request.getHeaders().putSingle(HttpHeaders.CONTENT_TYPE, withoutQuality(type));
      }
    } catch (RuntimeException e) {
      throw new ErrorCodeException(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
    }
    try {
      var unused = request.getAcceptableMediaTypes();
    } catch (RuntimeException e) {
      throw new ErrorCodeException(ErrorCode.BAD_REQUEST);
    }
  }

  private static String withoutQuality(MediaType type) {
    String charset = type.getParameters().get(MediaType.CHARSET_PARAMETER);
    return new MediaType(type.getType(), type.getSubtype(), charset).toString();
  }
}
