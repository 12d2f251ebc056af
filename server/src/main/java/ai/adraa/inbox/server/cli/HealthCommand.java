package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.http.ListenAddress;
import ai.adraa.inbox.server.http.Listener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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
      converter = ServeOptions.ManagementPortConverter.class,
      description = "The server's management port (default: 8081).")
  OptionalInt port;

  @Option(
      names = "--management-host",
      defaultValue = "127.0.0.1",
      description = "The server's management address (default: 127.0.0.1).")
  String host;

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (port.orElse(0) == 0) {
      throw new ParameterException(
          spec.commandLine(),
          "--management-port is "
              + (port.isPresent() ? "0, any free port" : "off")
              + ", so there is no port to check; choose one for the server and this command");
    }
    URI ready = url().resolve("/health/ready");
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

  private URI url() {
    ListenAddress listen = new ListenAddress(host, port.orElseThrow());
    // If the server listens on all addresses, Listener.url returns localhost.
    URI url = Listener.url("http", listen.host(), listen.port());
    if (url.getHost() != null) {
      return url;
    }
    // The HTTP client needs a host without an underscore.
    try {
      return Listener.url(
          "http", InetAddress.getByName(listen.host()).getHostAddress(), listen.port());
    } catch (UnknownHostException e) {
      throw new OperatorException("No server responds at " + url, e);
    }
  }
}
