package ai.adraa.inbox.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.TestInbox;
import ai.adraa.inbox.conformance.support.Tool;
import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.core.util.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Schemathesis makes requests out of the contract, those that it allows and those that it does not,
 * alone and one after the other along its links, and holds each answer against it.
 */
@Tag("once")
@Tag("contract")
class SchemathesisTest {
  private static final Path SOURCES = Path.of("schemathesis");
  private static final Path TARGET = Path.of("target", "schemathesis").toAbsolutePath();
  private static final Path PROGRAMS = TARGET.resolve("venv").resolve("bin");
  private static final int MINUTES = 10;

  @Test
  void noRequestMadeOfTheContractBreaksIt() throws IOException, InterruptedException {
    Tool.require("Schemathesis", List.of("python3"));
    Files.createDirectories(TARGET);
    for (String file : List.of("requirements.txt", "schemathesis.toml", "hooks.py")) {
      Files.copy(SOURCES.resolve(file), TARGET.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    run(Map.of(), "python3", "-m", "venv", "venv").succeeded();
    run(
            Map.of(),
            PROGRAMS.resolve("pip").toString(),
            "--disable-pip-version-check",
            "install",
            "--quiet",
            "--requirement",
            "requirements.txt")
        .succeeded();
    try (TestInbox inbox = TestInbox.start()) {
      TestInbox.SignedIn admin = inbox.workspace("acme");
      TestInbox.SignedIn leaving = inbox.agent("acme", "bob@acme.example");
      inbox.command("agent", "add", "--workspace", "acme", "--email", "eve@acme.example");
      Map<String, String> secrets =
          Map.of(
              "ADRAA_TOKEN", inbox.createToken(admin, "CRM integration").secret(),
              "ADRAA_TOKEN_TO_END", inbox.createToken(admin, "Old system").secret(),
              "ADRAA_SESSION", admin.session(),
              "ADRAA_SESSION_TO_END", leaving.session(),
              "ADRAA_EMAIL", "eve@acme.example",
              "ADRAA_CODE", inbox.requestCode("eve@acme.example"));

      Tool.Finished finished =
          run(
              secrets,
              PROGRAMS.resolve("schemathesis").toString(),
              "--no-color",
              "run",
              inbox.url() + "/openapi.yaml",
              "--checks",
              "all",
              "--phases",
              "examples,coverage,fuzzing,stateful",
              "--url",
              inbox.url().toString(),
              "--report-json-path",
              "report.json",
              "--report-ndjson-path",
              "events.ndjson");

      Files.writeString(TARGET.resolve("summary.txt"), finished.out() + finished.err());
      finished.succeeded();
      JsonNode report = Json.mapper().readTree(TARGET.resolve("report.json").toFile());
      assertThat(report.path("phases").findValuesAsText("status"))
          .containsExactly("success", "success", "success", "success");
      String events = Files.readString(TARGET.resolve("events.ndjson"));
      assertThat(succeeded(events)).isEqualTo(operations());
      assertThat(finished.out() + report + events)
          .doesNotContain(secrets.get("ADRAA_TOKEN"), admin.session(), leaving.session());
    }
  }

  /** The operations with which at least one request succeeded. */
  private static Set<String> succeeded(String events) throws IOException {
    Set<String> succeeded = new TreeSet<>();
    for (String event : events.lines().toList()) {
      for (JsonNode interactions : Json.mapper().readTree(event).findValues("interactions")) {
        for (JsonNode interaction : interactions) {
          if (interaction.at("/response/status_code").asInt() / 100 == 2) {
            JsonNode request = interaction.path("request");
            Contract.operation(
                    request.path("method").asText(),
                    URI.create(request.path("uri").asText()).getRawPath())
                .ifPresent(succeeded::add);
          }
        }
      }
    }
    return succeeded;
  }

  /** The operations that anyone can call. */
  private static Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    Contract.documented()
        .forEach(status -> operations.add(status.substring(0, status.lastIndexOf(' '))));
    operations.removeAll(Contract.ofOneCaller());
    return operations;
  }

  private static Tool.Finished run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    return Tool.run(TARGET, MINUTES, environment, command);
  }
}
