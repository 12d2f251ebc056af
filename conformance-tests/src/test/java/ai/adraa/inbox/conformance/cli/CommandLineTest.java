package ai.adraa.inbox.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.support.Command;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.Tool;
import io.restassured.RestAssured;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.util.DefaultLocale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as operators use it: the jar, as a process. Only help needs no process. */
@Tag("once")
class CommandLineTest {
  @TempDir private Path directory;
  private Path database;

  @BeforeEach
  void nameDatabase() {
    database = directory.resolve("inbox.db");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "serve",
        "demo",
        "workspace",
        "workspace create",
        "workspace list",
        "agent",
        "agent add",
        "agent remove",
        "agent role",
        "agent list",
        "token",
        "token create",
        "token list",
        "token show",
        "token replace",
        "token revoke",
        "audit list",
        "backup",
        "restore",
        "check",
        "copy"
      })
  void everyCommandHasHelp(String command) {
    Tool.Finished help = Command.run((command + " --help").strip().split(" "));

    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).startsWith(("Usage: adraa-inbox-server " + command).strip());
    assertThat(help.out()).contains("-h, --help").doesNotContain("${");
    assertThat(help.err()).isEmpty();
  }

  /** Whatever picocli does with a $ elsewhere. */
  @ParameterizedTest
  @ValueSource(strings = {"$", "pa$$word$", "${sys:user.home} ${", "$${x}"})
  void aVariableOfTheEnvironmentIsTakenAsItIs(String name) throws Exception {
    succeed("workspace", "create", "--name", "acme", "--admin", "ada@acme.example");
    Tool.Finished created =
        ServerProcess.run(
            Map.of("ADRAA_DATABASE", database.toString(), "ADRAA_NAME", name),
            "token",
            "create",
            "--workspace",
            "acme");

    assertThat(created.exitCode()).as(created.err()).isZero();
    assertThat(created.err()).contains(" \"" + name + "\" for acme");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "token",
        "token create",
        "token create --workspace acme --name CRM --expires 2020-01-01",
        "token create --workspace acme --name CRM --expires soon",
        "token replace",
        "token replace adraa_1a2b3c4d --old-expires 0d",
        "token show",
        "token show adraa_1a2b3c4d --format xml",
        "token list --workspace acme --nonsense",
        "token list --workspace acme --sort id",
        "token list --workspace acme --status gone",
        "serve --port 70000",
        "serve --port x",
        "serve --rate-limit 0/min",
        "serve --rate-limit many",
        "serve --public-url inbox.example",
        "serve --management-port 70000",
        "serve --trusted-proxies proxy.example",
        "serve --trusted-proxies 10.0.0.0/-1",
        "serve --trusted-proxies 10.0.0.1/8",
        "serve --access-log maybe",
        "serve --log-format xml",
        "workspace create --name Acme! --admin ada@acme.example",
        "workspace create --name acme --admin ada",
        "agent add --workspace acme --email bob@acme.example --role owner",
        "agent role --workspace acme --email bob@acme.example",
        "audit list --action nonsense",
        "audit list --since yesterday",
        "audit list --limit some",
        "audit list --limit 0",
        "audit list --limit 000",
        "audit list --limit -1",
        "backup",
        "restore",
      })
  void wrongUseIsExitCode2AndOneLine(String command) {
    assertWrongUse(Command.run((command + " --database " + database).split(" ")));
    assertThat(database).as("nothing half done").doesNotExist();
  }

  @Test
  @DefaultLocale("ar-EG")
  void numbersHaveAsciiDigitsInEveryLanguage() {
    assertThat(String.format("%d", 1)).as("this language has other digits").isEqualTo("\u0661");
    Path backup = directory.resolve("backup.db");
    for (String command :
        List.of(
            "workspace create --name acme --admin ada@acme.example",
            "check",
            "audit list",
            "audit list --format json",
            "backup " + backup,
            "restore " + backup)) {
      Tool.Finished done = Command.run((command + " --database " + database).split(" "));
      assertThat(done.succeeded().out() + done.err()).as(command).matches("\\p{ASCII}*");
    }
  }

  @Test
  void wrongUseOfTheJarIsExitCode2AndOneLine() throws Exception {
    assertWrongUse(ServerProcess.run(Map.of(), "serve", "--port", "x"));
  }

  private static void assertWrongUse(Tool.Finished wrong) {
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err().strip().lines()).as(wrong.err()).hasSize(1);
    assertThat(wrong.err()).contains("--help");
    assertThat(wrong.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve --smtp mail.example",
        "serve --smtp smtp://user:example-password@",
        "serve --mail-from nobody",
        "serve --database jdbc:postgresql://db.example/inbox",
        "serve --database missing/directory/inbox.db",
        "token list --workspace acme",
        "token show adraa_1a2b3c4d",
        "token replace adraa_1a2b3c4d --old-expires 7d",
        "audit list",
        "backup copy.db",
        "restore missing.db",
        "check",
      })
  void whatCannotBeDoneIsExitCode1AndOneLine(String command) throws Exception {
    Tool.Finished failed =
        ServerProcess.run(
            Map.of("ADRAA_DATABASE", database.toString(), "ADRAA_PORT", "0"), command.split(" "));

    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err().strip().lines()).as(failed.err()).hasSize(1);
    assertThat(failed.err()).doesNotContain("example-password");
    assertThat(database).as("nothing half done").doesNotExist();
  }

  @Test
  void namesThatAreTakenOrUnknownChangeNothing() throws Exception {
    succeed("workspace", "create", "--name", "acme", "--admin", "ada@acme.example");
    String before = succeed("workspace", "list") + succeed("agent", "list");

    fail(
        "The workspace name acme is taken",
        "workspace",
        "create",
        "--name",
        "acme",
        "--admin",
        "eve@acme.example");
    fail(
        "The workspace globex does not exist",
        "agent",
        "add",
        "--workspace",
        "globex",
        "--email",
        "eve@acme.example");
    fail(
        "is already a member of that workspace",
        "agent",
        "add",
        "--workspace",
        "acme",
        "--email",
        "ada@acme.example");
    fail(
        "The workspace globex does not exist",
        "token",
        "create",
        "--workspace",
        "globex",
        "--name",
        "CRM");
    fail(
        "The token nonsense does not exist in the workspace acme",
        "token",
        "revoke",
        "--workspace",
        "acme",
        "nonsense");

    assertThat(succeed("workspace", "list") + succeed("agent", "list")).isEqualTo(before);
    assertThat(succeed("token", "list", "--workspace", "acme").lines()).hasSize(1);
  }

  @Test
  void aDatabaseThatIsNoneOrIsNewerIsRefused() throws Exception {
    Path text = Files.writeString(directory.resolve("notes.txt"), "not a database, ".repeat(100));
    fail("Cannot open the database", "workspace", "list", "--database", text.toString());
    fail("Cannot open the database", "workspace", "list", "--database", directory.toString());
    assertThat(text).content().startsWith("not a database");

    succeed("workspace", "create", "--name", "acme", "--admin", "ada@acme.example");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database)) {
      connection
          .createStatement()
          .execute(
              """
              INSERT INTO flyway_schema_history
              SELECT 999, '999', 'of the future', type, script, checksum, installed_by, installed_on,
                execution_time, success FROM flyway_schema_history LIMIT 1
              """);
    }
    for (String command : List.of("workspace list", "serve --port 0", "backup copy.db")) {
      fail("written by a newer version", command.split(" "));
    }
    assertThat(Path.of("copy.db")).doesNotExist();
    Tool.Finished check = ServerProcess.run(Map.of("ADRAA_DATABASE", database.toString()), "check");
    assertThat(check.exitCode()).isEqualTo(1);
    assertThat(check.err()).contains("written by a newer version");
    assertThat(check.out()).contains("V999", "Workspaces     1");
  }

  @Test
  void aPortInUseIsTold() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = "" + taken.getLocalPort();
      fail("choose another with --port", "serve", "--port", port);
      fail(
          "choose another with --management-port",
          "serve",
          "--port",
          "0",
          "--management-port",
          port);
    }
    assertThat(database).as("nothing half done").doesNotExist();
  }

  @Test
  void aNewTokensSecretIsAloneOnStdoutAndInNoList() throws Exception {
    succeed("workspace", "create", "--name", "acme", "--admin", "ada@acme.example");

    String secret = succeed("token", "create", "--workspace", "acme", "--name", "CRM integration");
    String list = succeed("token", "list", "--workspace", "acme");

    assertThat(secret).matches("adraa_[0-9a-f]{48}\\R");
    assertThat(list)
        .contains(secret.substring(0, 14), "active", "CRM integration", "never")
        .doesNotContain(secret.substring(0, 15));
  }

  @Test
  void aTokenRevokedWhileTheServerRunsIsRefusedAtTheNextRequest() throws Exception {
    succeed("workspace", "create", "--name", "acme", "--admin", "ada@acme.example");
    String secret =
        succeed("token", "create", "--workspace", "acme", "--name", "CRM integration").strip();
    try (ServerProcess server = ServerProcess.serve(database, Map.of())) {
      assertThat(server.verify(secret)).isEqualTo(200);
      String id =
          succeed("token", "list", "--workspace", "acme").lines().toList().get(1).split(" ")[0];

      succeed("token", "revoke", "--workspace", "acme", id);

      assertThat(server.verify(secret)).isEqualTo(401);
      String later = succeed("token", "create", "--workspace", "acme", "--name", "Later").strip();
      assertThat(server.verify(later)).isEqualTo(200);
    }
  }

  @Test
  void sigtermFinishesWhatIsInFlight() throws Exception {
    succeed("workspace", "create", "--name", "acme", "--admin", "ada@acme.example");
    String body = "{\"email\":\"ada@acme.example\"}";
    try (ServerProcess server = ServerProcess.serve(database, Map.of());
        Socket inFlight = new Socket("127.0.0.1", server.url().getPort())) {
      OutputStream out = inFlight.getOutputStream();
      AtomicInteger spaces = new AtomicInteger(10_000);
      out.write(
          ("POST /api/v1/sign-in-codes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  + "Content-Length: %s\r\n\r\n")
              .formatted(spaces.get() + body.length())
              .getBytes());

      Thread stop = new Thread(() -> terminate(server));
      stop.start();
      await()
          .until(
              () -> {
                // White space before the JSON: a server that stops gives up who sends nothing.
                out.write(' ');
                spaces.decrementAndGet();
                return !accepts(server);
              });
      out.write((" ".repeat(spaces.get()) + body).getBytes());

      String status =
          new BufferedReader(new InputStreamReader(inFlight.getInputStream())).readLine();
      assertThat(status).isEqualTo("HTTP/1.1 202 Accepted");
      stop.join();
      // The mail too: without a mail server it is printed, and marked as such.
      server.assertLogs("NO SMTP SERVER IS CONFIGURED", "To: ada@acme.example");
      server.assertLogs("WARN", "anyone who can read it can sign in", "Stopping", "Stopped in");
    }
  }

  @Test
  void theDemoTellsTheLineThatVerifiesItsTokenAndLeavesNothingBehind() throws Exception {
    Process demo =
        ServerProcess.builder(Map.of("ADRAA_PORT", "0"), List.of("demo"))
            .redirectError(directory.resolve("demo.log").toFile())
            .redirectOutput(directory.resolve("demo.out").toFile())
            .start();
    try {
      await()
          .atMost(60, TimeUnit.SECONDS)
          .until(
              () -> Files.readString(directory.resolve("demo.out")).contains("Stop with Ctrl+C"));
      String out = Files.readString(directory.resolve("demo.out"));
      assertThat(out).contains("/app", "ada@acme.example");
      Matcher curl =
          Pattern.compile("curl (http\\S+) -H \"Authorization: (Bearer adraa_[0-9a-f]{48})\"")
              .matcher(out);
      assertThat(curl.find()).isTrue();
      RestAssured.given()
          .header("Authorization", curl.group(2))
          .get(curl.group(1))
          .then()
          .statusCode(200);
      Matcher file =
          Pattern.compile("database (\\S+)")
              .matcher(Files.readString(directory.resolve("demo.log")));
      assertThat(file.find()).isTrue();
      assertThat(Path.of(file.group(1))).exists();

      demo.destroy();
      demo.waitFor();

      assertThat(Path.of(file.group(1)).getParent()).doesNotExist();
    } finally {
      demo.destroyForcibly();
    }
  }

  private String succeed(String... arguments) throws Exception {
    Tool.Finished done =
        ServerProcess.run(Map.of("ADRAA_DATABASE", database.toString()), arguments);
    assertThat(done.exitCode()).as(done.err()).isZero();
    return done.out();
  }

  private void fail(String message, String... arguments) throws Exception {
    Tool.Finished failed =
        ServerProcess.run(Map.of("ADRAA_DATABASE", database.toString()), arguments);
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err()).contains(message).doesNotContain("\tat ");
    assertThat(failed.err().strip().lines()).as(failed.err()).hasSize(1);
    assertThat(failed.out()).isEmpty();
  }

  private static boolean accepts(ServerProcess server) {
    try (Socket socket = new Socket("127.0.0.1", server.url().getPort())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static void terminate(ServerProcess server) {
    try {
      server.terminate();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
