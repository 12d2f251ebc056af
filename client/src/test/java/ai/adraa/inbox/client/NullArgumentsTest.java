package ai.adraa.inbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.adraa.inbox.client.model.NewToken;
import ai.adraa.inbox.client.model.Replacement;
import ai.adraa.inbox.client.model.TokenChanges;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Null for each parameter of each public method that does not accept it. */
class NullArgumentsTest {
  private static final AdraaInbox INBOX =
      AdraaInbox.builder().baseUrl(URI.create("http://inbox.invalid")).build();
  private static final List<Object> OBJECTS =
      List.of(INBOX, INBOX.resumeSession("s"), AdraaInbox.builder());
  private static final Map<Class<?>, Object> VALUES =
      Map.ofEntries(
          Map.entry(String.class, "example"),
          Map.entry(int.class, 1),
          Map.entry(List.class, List.of()),
          Map.entry(URI.class, URI.create("http://inbox.invalid")),
          Map.entry(Duration.class, Duration.ofSeconds(1)),
          Map.entry(NewToken.class, new NewToken()),
          Map.entry(TokenChanges.class, new TokenChanges()),
          Map.entry(Replacement.class, new Replacement()),
          Map.entry(TokenQuery.class, TokenQuery.all()),
          Map.entry(AuditQuery.class, AuditQuery.all()),
          Map.entry(HttpClient.class, HttpClient.newHttpClient()),
          Map.entry(Executor.class, (Executor) Runnable::run),
          Map.entry(Supplier.class, (Supplier<Object>) () -> "example"),
          Map.entry(RequestListener.class, (RequestListener) attempt -> {}));

  static Stream<Arguments> parameters() {
    return OBJECTS.stream()
        .flatMap(
            object ->
                Stream.of(object.getClass().getDeclaredMethods())
                    .filter(method -> Modifier.isPublic(method.getModifiers()))
                    .filter(method -> !Modifier.isStatic(method.getModifiers()))
                    .flatMap(
                        method ->
                            IntStream.range(0, method.getParameterCount())
                                .filter(i -> refusesNull(method, i))
                                .mapToObj(
                                    i ->
                                        Arguments.of(
                                            Named.of(method.toString(), method), object, i))));
  }

  private static boolean refusesNull(Method method, int i) {
    return !method.getParameterTypes()[i].isPrimitive() && !acceptsNull(method, i);
  }

  private static boolean acceptsNull(Method method, int i) {
    return method.getAnnotatedParameterTypes()[i].isAnnotationPresent(Nullable.class);
  }

  @ParameterizedTest(name = "{0}, parameter {2}")
  @MethodSource("parameters")
  void nullIsRefusedWithTheNameOfTheParameter(Method method, Object object, int i) {
    Object[] arguments = new Object[method.getParameterCount()];
    for (int j = 0; j < arguments.length; j++) {
      arguments[j] = acceptsNull(method, j) ? null : VALUES.get(method.getParameterTypes()[j]);
    }
    arguments[i] = null;

    Throwable failure = catchThrowable(() -> method.invoke(object, arguments));

    assertThat(failure).isInstanceOf(InvocationTargetException.class);
    assertThat(failure.getCause())
        .isInstanceOf(NullPointerException.class)
        .hasMessage(method.getParameters()[i].getName());
  }
}
