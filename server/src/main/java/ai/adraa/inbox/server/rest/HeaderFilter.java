package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/**
 * Parses the headers that Jersey reads while it looks for the resource: there it does not ask the
 * error mapper, and a header that cannot be parsed would be a failure of the server.
 */
@PreMatching
final class HeaderFilter implements ContainerRequestFilter {
  @Override
  public void filter(ContainerRequestContext request) {
    List<String> types = request.getHeaders().getOrDefault(HttpHeaders.CONTENT_TYPE, List.of());
    if (types.size() > 1) {
      throw new ApiException(ErrorCode.BAD_REQUEST);
    }
    try {
      MediaType type = request.getMediaType();
      if (type != null) {
        // Jersey takes a parameter q of Content-Type for a quality, which only Accept has.
        request.getHeaders().putSingle(HttpHeaders.CONTENT_TYPE, withoutQuality(type));
      }
    } catch (RuntimeException e) {
      throw new ApiException(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
    }
    try {
      var unused = request.getAcceptableMediaTypes();
    } catch (RuntimeException e) {
      throw new ApiException(ErrorCode.BAD_REQUEST);
    }
  }

  private static String withoutQuality(MediaType type) {
    String charset = type.getParameters().get(MediaType.CHARSET_PARAMETER);
    return new MediaType(type.getType(), type.getSubtype(), charset).toString();
  }
}
