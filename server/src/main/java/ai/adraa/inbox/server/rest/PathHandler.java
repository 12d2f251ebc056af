package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.error.ErrorCode;
import ai.adraa.inbox.server.http.JsonErrorHandler;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.glassfish.jersey.uri.PathPattern;

/**
 * Answers 404 for a path that is not in the contract, before the server reads a body or uses a
 * worker thread.
 */
final class PathHandler extends Handler.Wrapper {
  private final List<PathPattern> paths;

  /**
   * @param interfaces the generated interfaces; their {@link Path} annotations are the contract's
   *     paths
   * @param next handles requests to known paths
   */
  PathHandler(List<Class<?>> interfaces, Handler next) {
    super(next);
    this.paths =
        interfaces.stream()
            .flatMap(PathHandler::paths)
            .distinct()
            .map(path -> PathPattern.asClosed(new PathPattern(path)))
            .toList();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String path = request.getHttpURI().getPath();
    if (paths.stream().allMatch(known -> known.match(path) == null)) {
      JsonErrorHandler.write(response, ErrorCode.NOT_FOUND, callback);
      return true;
    }
    return super.handle(request, response, callback);
  }

  private static Stream<String> paths(Class<?> api) {
    String base = api.getAnnotation(Path.class).value();
    return Stream.of(api.getMethods())
        .map(method -> Optional.ofNullable(method.getAnnotation(Path.class)))
        .map(path -> base + path.map(Path::value).orElse(""));
  }
}
