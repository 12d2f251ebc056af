package ai.adraa.inbox.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.conformance.contract.ContractOperation.Access;
import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.swagger.v3.core.util.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Programs for calling an API by hand understand the contract: Postman and Bruno make a collection
 * from it whose requests succeed, and Prism imitates the server.
 */
@Tag("once")
@Tag("contract")
class CollectionsTest {
  private static final Path SOURCES = Path.of("collections");
  private static final Path TARGET = Path.of("target", "collections").toAbsolutePath();
  private static final int MINUTES = 5;
  private static final Pattern LISTENS = Pattern.compile("listening on (http://[0-9.:]+)");
  private static final String EMAIL = "ada@acme.example";

  /** A collection that a program makes from the contract. */
  private interface Collection {
    /** Makes it from the contract at this URL. */
    void make(String contract) throws IOException, InterruptedException;

    /** Its files, in which people replace the examples with their own values. */
    List<Path> files() throws IOException;

    /** Sends all requests of a tag, and returns each with the status of its response. */
    Set<String> run(String tag, String secret) throws IOException, InterruptedException;
  }

  @BeforeAll
  static void install() throws IOException, InterruptedException {
    Tool.require("collections", List.of("node", "npm"));
    Files.createDirectories(TARGET);
    for (String file : List.of(".npmrc", "package.json", "package-lock.json")) {
      Files.copy(SOURCES.resolve(file), TARGET.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    run(TARGET, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund").succeeded();
  }

  @Test
  void eachRequestOfPostmansCollectionSucceeds() throws Exception {
    eachRequestSucceeds(new Postman());
  }

  @Test
  void eachRequestOfBrunosCollectionSucceeds() throws Exception {
    eachRequestSucceeds(new Bruno());
  }

  private static void eachRequestSucceeds(Collection collection) throws Exception {
    try (TestInbox inbox = TestInbox.start()) {
      inbox.command("workspace", "create", "--name", "acme", "--admin", EMAIL);
      TestInbox.SignedIn admin = inbox.signInForBearer(EMAIL);
      TestInbox.SignedIn leaving = inbox.signInForBearer(EMAIL);
      TestInbox.NewToken token = inbox.createToken(admin, "CRM integration");
      TestInbox.NewToken ending = inbox.createToken(admin, "Order notifications");
      collection.make(inbox.url() + "/openapi.yaml");
      replace(collection, example("/components/parameters/workspaceId"), admin.workspaceId());
      replace(collection, example("/components/parameters/tokenId"), ending.id());
      replace(collection, cursorExample(), cursor(inbox, admin));

      Set<String> answers = new TreeSet<>(collection.run("Verification", token.secret()));
      String code =
          inbox.mail().codeMailedBy(() -> answers.addAll(runUnchecked(collection, "SignInCodes")));
      replace(collection, example("/components/schemas/SignInAttempt/properties/code"), code);
      answers.addAll(collection.run("Session", leaving.session()));
      answers.addAll(collection.run("Tokens", admin.session()));
      answers.addAll(collection.run("AuditEvents", admin.session()));
      answers.addAll(collection.run("LeakedTokens", ""));
      // Only the other system can sign these.
      answers.removeIf(
          answer -> Contract.ofOneCaller().stream().anyMatch(id -> answer.startsWith(id + " ")));

      assertThat(answers).isEqualTo(successes());
      assertThat(inbox.verify(token.secret()).statusCode()).isEqualTo(401);
      assertThat(inbox.verify(ending.secret()).statusCode()).isEqualTo(401);
    }
  }

  private static final class Postman implements Collection {
    private static final Path FILE = TARGET.resolve("postman.json");

    @Override
    public void make(String contract) throws IOException, InterruptedException {
      Path served = TARGET.resolve("served.yaml");
      Files.writeString(served, RestAssured.get(contract).asString());
      node(
              TARGET,
              "openapi2postmanv2",
              "--spec",
              served.toString(),
              "--output",
              FILE.toString(),
              "--options",
              "folderStrategy=Tags,parametersResolution=Example")
          .succeeded();
    }

    @Override
    public List<Path> files() {
      return List.of(FILE);
    }

    @Override
    public Set<String> run(String tag, String secret) throws IOException, InterruptedException {
      node(
              TARGET,
              "newman",
              "run",
              FILE.toString(),
              "--folder",
              tag,
              "--env-var",
              "bearerToken=" + secret,
              "--reporters",
              "json",
              "--reporter-json-export",
              "newman.json")
          .succeeded();
      Set<String> answers = new TreeSet<>();
      for (JsonNode sent : json("newman.json").requiredAt("/run/executions")) {
        List<String> path =
            Json.mapper().convertValue(sent.requiredAt("/request/url/path"), List.class);
        answers.add(
            answer(
                sent.requiredAt("/request/method").asText(),
                "/" + String.join("/", path),
                sent.requiredAt("/response/code").asInt()));
      }
      return answers;
    }
  }

  private static final class Bruno implements Collection {
    private static final Path FOLDER = TARGET.resolve("bruno");
    // Bruno turns the contract's links into scripts that fail, because it does not understand JSON
    // pointers: res.body.token/id
    private static final Pattern SCRIPTS = Pattern.compile("(?ms)^runtime:\\n.*?^(?=\\S)");

    private Path folder;

    @Override
    public void make(String contract) throws IOException, InterruptedException {
      Path made = Files.createTempDirectory(Files.createDirectories(FOLDER), "made");
      node(TARGET, "bru", "import", "openapi", "--source", contract, "--output", "" + made)
          .succeeded();
      try (Stream<Path> folders = Files.list(made)) {
        folder = folders.findFirst().orElseThrow();
      }
      for (Path file : files()) {
        Files.writeString(file, SCRIPTS.matcher(Files.readString(file)).replaceAll(""));
      }
    }

    @Override
    public List<Path> files() throws IOException {
      try (Stream<Path> files = Files.walk(folder)) {
        return files.filter(file -> file.toString().endsWith(".yml")).toList();
      }
    }

    @Override
    public Set<String> run(String tag, String secret) throws IOException, InterruptedException {
      String report = TARGET.resolve("bruno.json").toString();
      node(
              folder,
              "bru",
              "run",
              tag,
              "--env",
              "Environment 1",
              "--env-var",
              "token=" + secret,
              "--reporter-json",
              report)
          .succeeded();
      Set<String> answers = new TreeSet<>();
      for (JsonNode sent : json("bruno.json").requiredAt("/0/results")) {
        answers.add(
            answer(
                sent.requiredAt("/request/method").asText(),
                URI.create(sent.requiredAt("/request/url").asText()).getPath(),
                sent.requiredAt("/response/status").asInt()));
      }
      return answers;
    }
  }

  @Test
  void prismImitatesEachOperation() throws Exception {
    Path log = TARGET.resolve("prism.log");
    Process prism =
        new ProcessBuilder(
                program("prism"),
                "mock",
                Path.of("..", "openapi", "adraa-inbox.yaml").toRealPath().toString(),
                "--port",
                "0",
                "--errors")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      String url =
          await()
              .atMost(Duration.ofMinutes(MINUTES))
              .until(
                  () -> LISTENS.matcher(Files.readString(log)).results().findFirst(),
                  found -> found.isPresent())
              .map((MatchResult found) -> found.group(1))
              .orElseThrow();
      Set<String> answers = new TreeSet<>();
      TestInbox.SignedIn caller =
          new TestInbox.SignedIn("", "", example("/components/parameters/workspaceId"));
      TestInbox.NewToken token =
          new TestInbox.NewToken(example("/components/parameters/tokenId"), "");
      for (ContractOperation operation : ContractOperation.operations(caller, token)) {
        if (operation.access() == Access.GITHUB) {
          continue;
        }
        if (operation.access() == Access.ANYONE) {
          answers.add(imitated(operation, request(url)));
          continue;
        }
        answers.add(imitated(operation, request(url).header("Authorization", "Bearer example")));
        Response refused = request(url).request(operation.method(), operation.path());
        assertThat(refused.statusCode()).as(operation.id()).isEqualTo(401);
        assertThat(refused.<String>path("error.code")).startsWith("MISSING_");
        if (operation.access() != Access.TOKEN) {
          imitated(operation, request(url).header("Cookie", "adraa_session=example"));
        }
      }
      assertThat(answers).isEqualTo(successes());
    } finally {
      prism.destroy();
      prism.waitFor();
    }
  }

  private static RequestSpecification request(String url) {
    return RestAssured.given().baseUri(url);
  }

  /** Sends the request and holds the response against the contract. */
  private static String imitated(ContractOperation operation, RequestSpecification request) {
    if (operation.body() != null) {
      request.contentType(ContentType.JSON).body(operation.body());
    }
    Response response = request.request(operation.method(), operation.path());
    SimpleResponse.Builder answer = SimpleResponse.Builder.status(response.statusCode());
    if (response.asByteArray().length > 0) {
      answer.withContentType(response.contentType()).withBody(response.asString());
    }
    // Not by ContractFilter, which remembers what the server has answered.
    assertThat(
            OpenApiInteractionValidator.createFor("adraa-inbox.yaml")
                .build()
                .validateResponse(
                    operation.path(), Request.Method.valueOf(operation.method()), answer.build())
                .getMessages())
        .as(operation.id())
        .isEmpty();
    return answer(operation.method(), operation.path(), response.statusCode());
  }

  /** Each operation that anyone can call, with the status of its success. */
  private static Set<String> successes() {
    Set<String> successes =
        Contract.documented().stream()
            .filter(answer -> answer.matches(".* 2[0-9]{2}"))
            .filter(
                answer ->
                    Contract.ofOneCaller().stream().noneMatch(id -> answer.startsWith(id + " ")))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(successes).hasSize(15);
    return successes;
  }

  private static String answer(String method, String path, int status) {
    return Contract.operation(method, path).orElse(method + " " + path) + " " + status;
  }

  private static Set<String> runUnchecked(Collection collection, String tag) {
    try {
      return collection.run(tag, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void replace(Collection collection, String example, String value)
      throws IOException {
    int replaced = 0;
    for (Path file : collection.files()) {
      Matcher found = Pattern.compile(Pattern.quote(example)).matcher(Files.readString(file));
      replaced += (int) found.results().count();
      Files.writeString(file, found.replaceAll(Matcher.quoteReplacement(value)));
    }
    assertThat(replaced).as(example).isPositive();
  }

  private static String example(String pointer) {
    return Contract.tree().requiredAt(pointer + "/example").asText();
  }

  private static String cursorExample() {
    return Contract.operation(Contract.tree(), "listTokens")
        .requiredAt("/parameters/2/example")
        .asText();
  }

  private static String cursor(TestInbox inbox, TestInbox.SignedIn admin) {
    return inbox
        .request(admin)
        .queryParams(Map.of("status", "active", "sort", "name", "limit", 1))
        .get("/api/v1/workspaces/{id}/tokens", admin.workspaceId())
        .path("nextCursor");
  }

  private static JsonNode json(String file) throws IOException {
    return Json.mapper().readTree(TARGET.resolve(file).toFile());
  }

  private static String program(String name) {
    return TARGET.resolve("node_modules/.bin").resolve(name).toString();
  }

  private static Tool.Finished node(Path directory, String program, String... arguments)
      throws IOException, InterruptedException {
    return run(
        directory,
        Stream.concat(Stream.of(program(program)), Stream.of(arguments)).toArray(String[]::new));
  }

  private static Tool.Finished run(Path directory, String... command)
      throws IOException, InterruptedException {
    return Tool.run(directory, MINUTES, Map.of(), command);
  }
}
