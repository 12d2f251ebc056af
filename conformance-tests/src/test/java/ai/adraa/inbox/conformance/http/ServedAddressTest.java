package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Certificate;
import ai.adraa.inbox.conformance.support.Contract;
import ai.adraa.inbox.conformance.support.Http2Connection;
import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.TestInbox;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.instancio.Instancio;
import org.instancio.junit.InstancioExtension;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/**
 * The contract and the reference show the address of the server that serves them: a pasted sample
 * must not send a token to another host.
 */
@ExtendWith(InstancioExtension.class)
class ServedAddressTest {
  // More than the contract has.
  private static final int MOST_BYTES = 1 << 20;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONTRACT_ADDRESS =
      Contract.tree().requiredAt("/servers/0/url").asText();
  private static final List<String> PAGES =
      List.of(
          "/openapi.yaml",
          "/openapi.json",
          "/docs/openapi.yaml",
          "/docs/openapi.json",
          "/docs/contract.js");
  private static final String[] FORWARDED = {
    "X-Forwarded-For: 192.0.2.1",
    "X-Forwarded-Host: other.example",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Port: 99",
    "Forwarded: for=192.0.2.1;host=other.example;proto=https"
  };
  private static final int MANY = 300;

  @AutoClose private static final TestInbox inbox = TestInbox.start();

  @AutoClose
  private static final TestInbox published =
      TestInbox.builder()
          .publicUrl("https://inbox.example:8443")
          .trustedProxies("127.0.0.1")
          .start();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "inbox.example",
        "Inbox.Example:8443",
        "127.0.0.1:18080",
        "my_service:8080",
        "[::1]",
        "[2001:db8::7]:8080",
        "xn--bcher-kva.example"
      })
  void isTheHostOfTheRequest(String host) throws IOException {
    for (String path : PAGES) {
      shows("http://" + host, path, get(inbox, path, host));
    }
  }

  @Test
  void isInTheSamplesOfEachLanguageAndInTheGuide() throws IOException {
    JsonNode contract = contract("/docs/contract.js", get(inbox, "/docs/contract.js", "h:81"));
    assertThat(contract.at("/info/description").asText())
        .contains("curl http://h:81/api/v1/me")
        .contains("The samples in this reference call `http://h:81`");
    List<JsonNode> samples = contract.findValues("x-codeSamples");
    assertThat(samples)
        .hasSize(
            Contract.OPEN_API.getPaths().values().stream()
                    .mapToInt(path -> path.readOperations().size())
                    .sum()
                - Contract.ofOneCaller().size());
    for (JsonNode sample : samples) {
      assertThat(sample)
          .extracting(language -> language.get("source").asText())
          .allSatisfy(source -> assertThat(source).contains("\"http://h:81"));
    }
  }

  /** Jetty accepts these; pasted into a shell or read as Markdown, some would do harm. */
  @ParameterizedTest
  @ValueSource(strings = {"$(id)", "a'b", "a&b", "a;b", "a*b", "a!b", "a+b", "a=b", "a~b"})
  void isThatOfTheListenerIfTheHostHasUnusualCharacters(String host) throws IOException {
    for (String path : PAGES) {
      shows(inbox.url().toString(), path, get(inbox, path, host));
    }
  }

  @Test
  void noHostBreaksThePages() throws IOException {
    List<String> seen = new ArrayList<>();
    for (String host :
        Instancio.gen().string().length(1, 12).stream().limit(MANY).map(this::printable).toList()) {
      for (String path : List.of("/openapi.yaml", "/openapi.json")) {
        RawHttp.Answer answer = get(inbox, path, host);
        if (answer.status() == 200) {
          String address = contract(path, answer).at("/servers/0/url").asText();
          assertThat(address).as(host).isIn(inbox.url().toString(), "http://" + host);
          shows(address, path, answer);
          seen.add(address);
        } else {
          assertThat(answer.status()).as(host).isEqualTo(400);
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(2);
  }

  /** Any character of ASCII that can be seen, so that many hosts have an unusual one. */
  private String printable(String text) {
    StringBuilder host = new StringBuilder();
    text.chars().forEach(c -> host.append((char) ('!' + (c * 31) % ('~' - '!'))));
    return host.toString();
  }

  @Test
  void isThatOfTheRequestLineAndOfTheListenerWithoutAny() throws IOException {
    for (String path : PAGES) {
      shows(
          "http://inbox.example:81",
          path,
          RawHttp.exchange(
              inbox.url(),
              "GET http://inbox.example:81" + path + " HTTP/1.1",
              "Host: inbox.example:81",
              "Connection: close"));
      // Without TLS it is http, whatever the request line says.
      shows(
          "http://inbox.example",
          path,
          RawHttp.exchange(
              inbox.url(),
              "GET https://inbox.example" + path + " HTTP/1.1",
              "Host: inbox.example",
              "Connection: close"));
      shows(
          inbox.url().toString(), path, RawHttp.exchange(inbox.url(), "GET " + path + " HTTP/1.0"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inbox.example:8443", "localhost", "$(id)", "api.inbox.adraa.ai"})
  void isThePublicUrlWhateverTheRequestSays(String host) throws IOException {
    for (String path : PAGES) {
      shows("https://inbox.example:8443", path, get(published, path, host, FORWARDED));
    }
  }

  /** A trusted proxy is believed only about the address of its caller, here as everywhere. */
  @Test
  void isNotWhatAProxyForwards() throws IOException {
    try (TestInbox behind = TestInbox.builder().trustedProxies("127.0.0.1").start()) {
      for (String path : PAGES) {
        shows("http://inbox.example", path, get(behind, path, "inbox.example", FORWARDED));
      }
    }
  }

  @Test
  void isHttpsOverTlsAndTheAuthorityOfHttp2(@TempDir Path directory) throws Exception {
    Certificate certificate = Certificate.make(directory);
    Path chain = Files.writeString(directory.resolve("chain.pem"), certificate.certificatePem());
    Path key = Files.writeString(directory.resolve("key.pem"), certificate.keyPem());
    try (ServerProcess server =
        ServerProcess.serve(
            directory.resolve("inbox.db"),
            Map.of("ADRAA_TLS_CERTIFICATE", "" + chain, "ADRAA_TLS_KEY", "" + key))) {
      URI url = server.url();
      Map<String, String> expected =
          Map.of(
              "inbox.example", "https://inbox.example",
              "[::1]:8443", "https://[::1]:8443",
              "$(id)", url.toString());
      for (Map.Entry<String, String> entry : expected.entrySet()) {
        try (Http2Connection connection =
            new Http2Connection(url, Certificate.trusting(certificate), MOST_BYTES)) {
          // The window of the whole connection too.
          connection.send(
              Http2Connection.WINDOW_UPDATE,
              0,
              0,
              ByteBuffer.allocate(4).putInt(MOST_BYTES).array());
          connection.send(
              Http2Connection.HEADERS,
              Http2Connection.END_STREAM | Http2Connection.END_HEADERS,
              1,
              Http2Connection.head("GET", entry.getKey(), "/openapi.yaml"));
          String served = connection.body(1);
          JsonNode contract = JSON.valueToTree(new Yaml().load(served));
          assertThat(contract.at("/servers/0/url").asText()).isEqualTo(entry.getValue());
        }
      }
    }
  }

  @Test
  void eachAddressHasItsOwnETag() {
    for (String path : PAGES) {
      String one = get(inbox, path, "one.example").header("ETag");
      String two = get(inbox, path, "two.example").header("ETag");
      assertThat(one).isNotEqualTo(two);
      assertThat(get(inbox, path, "one.example").header("ETag")).isEqualTo(one);
      RawHttp.Answer known = get(inbox, path, "one.example", "If-None-Match: " + one);
      assertThat(known.status()).isEqualTo(304);
      RawHttp.Answer other = get(inbox, path, "two.example", "If-None-Match: " + one);
      assertThat(other.status()).isEqualTo(200);
      RawHttp.Answer head =
          RawHttp.exchange(
              inbox.url(), "HEAD " + path + " HTTP/1.1", "Host: two.example", "Connection: close");
      assertThat(head.body()).isEmpty();
      for (String name : List.of("ETag", "Content-Length", "Content-Type", "Cache-Control")) {
        assertThat(head.header(name)).as(name).isEqualTo(other.header(name)).isNotNull();
      }
    }
  }

  private static void shows(String address, String path, RawHttp.Answer answer) throws IOException {
    assertThat(answer.status()).as(path).isEqualTo(200);
    JsonNode contract = contract(path, answer);
    assertThat(contract.get("servers"))
        .isEqualTo(JSON.valueToTree(List.of(Map.of("url", address))));
    if (!path.endsWith(".js")) {
      assertThat(contract.at("/externalDocs/url").asText()).isEqualTo(address + "/docs");
    }
    assertThat(contract.at("/info/description").asText()).contains(address);
    assertThat(answer.text()).doesNotContain(CONTRACT_ADDRESS);
    assertThat(answer.header("Content-Length")).isEqualTo("" + answer.body().length);
  }

  private static JsonNode contract(String path, RawHttp.Answer answer) throws IOException {
    String text = answer.text();
    return path.endsWith(".yaml")
        ? JSON.valueToTree(new Yaml().load(text))
        : JSON.readTree(text.substring(text.indexOf('{')));
  }

  private static RawHttp.Answer get(TestInbox inbox, String path, String host, String... more) {
    return RawHttp.exchange(
        inbox.url(),
        Stream.concat(
                Stream.of("GET " + path + " HTTP/1.1", "Host: " + host, "Connection: close"),
                Stream.of(more))
            .toArray(String[]::new));
  }
}
