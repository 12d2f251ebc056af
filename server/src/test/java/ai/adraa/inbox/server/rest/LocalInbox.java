package ai.adraa.inbox.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.server.Acme;
import ai.adraa.inbox.server.account.SignInLimits;
import ai.adraa.inbox.server.account.SignInService;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.http.JsonErrorHandler;
import ai.adraa.inbox.server.http.RequestIdHandler;
import ai.adraa.inbox.server.http.WorkerHandler;
import ai.adraa.inbox.server.mail.Mailer;
import ai.adraa.inbox.server.token.LeakReports;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpTester;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;

/** The handlers of all operations without a network: each request is text. */
final class LocalInbox implements AutoCloseable {
  private static final String HOST = "Host: inbox.example";

  private final Server jetty = new Server();
  private final LocalConnector connector = new LocalConnector(jetty);
  private final SignInService signIn;

  /**
   * @param smtp the mail server; empty to print to the log
   * @param quick true if a verification can run on the I/O thread
   */
  LocalInbox(
      Acme acme,
      Optional<String> smtp,
      BooleanSupplier quick,
      Consumer<TokenAuthentication.Outcome> outcomes) {
    signIn =
        new SignInService(
            acme.signIn,
            LastUse.ofTimes("sessions", acme.signIn::updateLastUsed),
            acme.workspaces,
            new Mailer(
                smtp.orElse(null), "inbox@acme.example", Optional.empty(), acme, outcome -> {}),
            "https://inbox.example/app",
            new SignInLimits(Optional.empty()),
            acme);
    RestApi api =
        new RestApi(
            acme.tokens,
            new LeakReports(acme.database, () -> {}, acme),
            Optional.empty(),
            signIn,
            acme.workspaces,
            new AuditStore(acme.database),
            URI.create("https://inbox.example"),
            outcomes);
    WorkerHandler workers =
        new WorkerHandler(RestApi.VERIFICATION_PATH, Duration.ofSeconds(30), api.handler());
    jetty.addConnector(connector);
    jetty.setErrorHandler(new JsonErrorHandler());
    jetty.setHandler(new RequestIdHandler(api.shortcuts(quick, workers, workers)));
    try {
      jetty.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  HttpTester.Response send(String request, String... headers) throws Exception {
    List<String> lines = new ArrayList<>(List.of(request));
    lines.addAll(List.of(headers));
    lines.addAll(List.of("", ""));
    return exchange(lines.toArray(String[]::new));
  }

  HttpTester.Response post(String path, @Nullable String body, String... headers) throws Exception {
    List<String> lines = new ArrayList<>(List.of("POST " + path));
    lines.addAll(List.of(headers));
    if (body != null) {
      lines.add("Content-Type: application/json");
      lines.add("Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length);
    }
    lines.addAll(List.of("", body == null ? "" : body));
    return exchange(lines.toArray(String[]::new));
  }

  /** Sends the lines; the first is the method and the path. */
  HttpTester.Response exchange(String... lines) throws Exception {
    lines[0] = lines[0].replaceFirst("^(\\S+ \\S+)", "$1 HTTP/1.1\r\n" + HOST);
    return receive(lines);
  }

  /** Sends the lines as they are. */
  HttpTester.Response receive(String... lines) throws Exception {
    return HttpTester.parseResponse(connector.getResponse(text(lines)));
  }

  /** Sends the lines as they are, on a connection that stays open. */
  LocalConnector.LocalEndPoint connect(String... lines) {
    return connector.executeRequest(text(lines));
  }

  private static String text(String... lines) {
    return String.join("\r\n", lines).replaceAll("(?<!\r)\n", "\r\n");
  }

  /** Requires that a response is the error envelope with this code. */
  static void error(HttpTester.Response response, int status, String code) throws Exception {
    assertThat(response.getStatus()).as(response.getContent()).isEqualTo(status);
    assertThat(response.get("Content-Type")).isEqualTo("application/json");
    JsonNode error = new ObjectMapper().readTree(response.getContent()).path("error");
    assertThat(error.path("code").textValue()).isEqualTo(code);
    assertThat(error.path("message").textValue()).isNotEmpty();
  }

  @Override
  public void close() throws Exception {
    jetty.stop();
    signIn.close();
  }
}
