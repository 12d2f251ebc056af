package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.http.Listener;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Checks the readiness of a server on this machine, for a container's health check. */
@Command(
    name = "health",
    description =
        "Check whether the server on this machine is ready, for a container's health check.",
    mixinStandardHelpOptions = true)
final class HealthCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @Option(
      names = "--management-port",
      defaultValue = "8081",
      converter = ServeOptions.PortConverter.class,
      description = "The server's management port (default: 8081).")
  int port;

  @Option(
      names = "--management-host",
      defaultValue = "127.0.0.1",
      description = "The server's management address (default: 127.0.0.1).")
  String host;

  @Override
  public Integer call() throws InterruptedException {
    // If the server listens on all addresses, Listener.url returns localhost.
    URI ready = Listener.url("http", host, port).resolve("/health/ready");
    try {
      HttpResponse<String> answer =
          HttpClient.newBuilder()
              .connectTimeout(TIMEOUT)
              .build()
              .send(
                  HttpRequest.newBuilder(ready).timeout(TIMEOUT).build(),
                  HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == 200) {
        return ExitCode.OK;
      }
      throw new OperatorException(
          "Not ready: " + answer.statusCode() + " " + answer.body().strip());
    } catch (IOException e) {
      throw new OperatorException("No server responds at " + ready, e);
    }
  }
}
