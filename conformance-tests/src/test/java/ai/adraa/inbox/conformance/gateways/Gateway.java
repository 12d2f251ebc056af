package ai.adraa.inbox.conformance.gateways;

import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Pages;
import ai.adraa.inbox.conformance.support.Tool;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A gateway as a process, with the files that the page on gateways shows. Only the addresses and
 * the folder are others.
 */
public final class Gateway implements AutoCloseable {
  /** The gateways whose files the tests run. */
  public enum Product {
    NGINX(Map.of("nginx", "adraa-inbox.conf")) {
      @Override
      List<String> command(Path directory) throws IOException {
        // What Debian's nginx.conf has around the files of its folder conf.d.
        Files.writeString(
            directory.resolve("nginx.conf"),
            """
            daemon off;
            master_process off;
            pid nginx.pid;
            events {}
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                include adraa-inbox.conf;
            }
            """);
        return List.of("nginx", "-e", "stderr", "-p", directory.toString(), "-c", "nginx.conf");
      }
    },
    CADDY(Map.of("caddyfile", "Caddyfile")) {
      @Override
      List<String> command(Path directory) {
        return List.of("caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile");
      }
    },
    HAPROXY(Map.of("haproxy", "haproxy.cfg", "lua", "verify-token.lua")) {
      @Override
      List<String> command(Path directory) {
        return List.of("haproxy", "-db", "-f", "haproxy.cfg");
      }
    };

    /** The name of the file of the page's first block of each language. */
    private final Map<String, String> files;

    Product(Map<String, String> files) {
      this.files = files;
    }

    abstract List<String> command(Path directory) throws IOException;
  }

  private final Process process;
  private final URI url;

  private Gateway(Process process, URI url) {
    this.process = process;
    this.url = url;
  }

  /** Starts it in an empty folder, and returns when it listens. */
  public static Gateway start(Product product, Path directory, int tokenServer, int service)
      throws IOException {
    return start(product, directory, tokenServer, service, UnaryOperator.identity());
  }

  /** As the other, with a change to its files. */
  public static Gateway start(
      Product product, Path directory, int tokenServer, int service, UnaryOperator<String> change)
      throws IOException {
    int port = freePort();
    Pages.Page page = Pages.page("server/docs/gateways.md");
    for (Map.Entry<String, String> file : product.files.entrySet()) {
      Files.writeString(
          directory.resolve(file.getValue()),
          change
              .apply(page.blocks(file.getKey()).get(0))
              .replace("8000", "" + port)
              .replace("127.0.0.1:8080", "127.0.0.1:" + tokenServer)
              .replace("127.0.0.1:9000", "127.0.0.1:" + service)
              .replace("/etc/haproxy", directory.toString()));
    }
    List<String> command = product.command(directory);
    Tool.require("GatewaysTest", List.of(command.get(0)));
    Path log = directory.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // Caddy keeps files there.
    builder.environment().put("HOME", directory.toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("XDG_"));
    Process process = builder.start();
    try {
      await()
          .failFast(
              () -> {
                if (!process.isAlive()) {
                  throw new AssertionError(product + " ended: " + Files.readString(log));
                }
              })
          .until(() -> listens(port));
    } catch (RuntimeException | Error e) {
      process.destroyForcibly();
      throw e;
    }
    return new Gateway(process, URI.create("http://127.0.0.1:" + port));
  }

  public URI url() {
    return url;
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static boolean listens(int port) {
    try (Socket unused = new Socket("127.0.0.1", port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
