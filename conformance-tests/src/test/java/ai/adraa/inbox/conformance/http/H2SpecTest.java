package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Certificate;
import ai.adraa.inbox.conformance.support.Faults;
import ai.adraa.inbox.conformance.support.Http2Connection;
import ai.adraa.inbox.conformance.support.ServerProcess;
import ai.adraa.inbox.conformance.support.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * h2spec, which checks HTTP/2 frame by frame, against a page and against an operation that runs in
 * Jersey. Each test that fails is listed with its reason.
 */
@Tag("faults")
@Tag("sqlite")
class H2SpecTest {
  private static final String ANSWERED_400 =
      "Jetty answers 400, where the tool expects a reset of the stream; RFC 9113 §8.1.1 allows both";
  private static final String RST_NOT_SENT =
      "Jetty ignores DATA after the end of a stream, where the tool expects STREAM_CLOSED";
  private static final String DATA_BEFORE_ACK =
      "version 2.2.1 of the tool overlooks DATA that comes before the ACK of its SETTINGS; Http2Test"
          + " looks at the same";

  private static final Map<String, String> KNOWN =
      Map.ofEntries(
          Map.entry("http2/5.1/5", RST_NOT_SENT),
          Map.entry("http2/5.1/8", RST_NOT_SENT),
          Map.entry("http2/5.1/11", RST_NOT_SENT),
          Map.entry("http2/6.1/2", RST_NOT_SENT),
          Map.entry("http2/6.9.1/3", "Jetty ends the connection, where the tool expects a reset"),
          Map.entry("http2/6.9.2/1", DATA_BEFORE_ACK),
          Map.entry("http2/6.10/1", "the head is larger than the limit of 8 KiB"),
          Map.entry("http2/8.1.2/1", ANSWERED_400),
          Map.entry("http2/8.1.2.1/1", ANSWERED_400),
          Map.entry("http2/8.1.2.1/2", ANSWERED_400),
          Map.entry("http2/8.1.2.2/1", ANSWERED_400),
          Map.entry("http2/8.1.2.2/2", ANSWERED_400),
          Map.entry("http2/8.1.2.3/1", ANSWERED_400),
          Map.entry("http2/8.1.2.3/2", ANSWERED_400),
          Map.entry("http2/8.1.2.3/3", ANSWERED_400),
          Map.entry("http2/8.1.2.3/4", ANSWERED_400),
          Map.entry("http2/8.1.2.3/5", ANSWERED_400),
          Map.entry("http2/8.1.2.3/6", ANSWERED_400),
          Map.entry("http2/8.1.2.3/7", ANSWERED_400),
          Map.entry("http2/8.1.2.6/1", ANSWERED_400),
          Map.entry("http2/8.1.2.6/2", ANSWERED_400));

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"/", "/api/v1/session"})
  void nothingFailsThatIsNotKnownToFail(String path) throws Exception {
    Tool.require("H2SpecTest", List.of("go"));
    Path h2spec = Path.of("target", "h2spec").toAbsolutePath();
    Tool.run(
            Path.of("h2spec"),
            10,
            Map.of(),
            "go",
            "build",
            "-o",
            h2spec.toString(),
            "github.com/summerwind/h2spec/cmd/h2spec")
        .succeeded();
    Certificate certificate = Certificate.make(directory);
    Path certificateFile =
        Files.writeString(directory.resolve("tls.crt"), certificate.certificatePem());
    Path keyFile = Files.writeString(directory.resolve("tls.key"), certificate.keyPem());
    Path report = directory.resolve("report.xml");
    try (ServerProcess server =
        ServerProcess.serve(
            directory.resolve("inbox.db"),
            Map.of(),
            "--tls-certificate",
            "" + certificateFile,
            "--tls-key",
            "" + keyFile)) {
      // Exits with 1 where anything fails, which the report tells.
      Tool.Finished unused =
          Tool.run(
              directory,
              5,
              Map.of(),
              h2spec.toString(),
              "--tls",
              "--insecure",
              "--host",
              server.url().getHost(),
              "--port",
              "" + server.url().getPort(),
              "--path",
              path,
              "--timeout",
              "3",
              "--junit-report",
              report.toString());
      // All of it did no harm to the next caller.
      try (Http2Connection next =
          new Http2Connection(server.url(), Certificate.trusting(certificate))) {
        next.get(1, "/api/v1/session");
        assertThat(next.body(1)).contains("MISSING_SESSION");
      }
      assertThat(server.log()).doesNotContain("A request failed");
    }

    Document results =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile());
    NodeList cases = results.getElementsByTagName("testcase");
    Map<String, Integer> numbers = new HashMap<>();
    List<String> failed = new ArrayList<>();
    for (int i = 0; i < cases.getLength(); i++) {
      Element one = (Element) cases.item(i);
      String section = one.getAttribute("package");
      String id = section + "/" + numbers.merge(section, 1, Integer::sum);
      if (one.getElementsByTagName("failure").getLength() > 0
          || one.getElementsByTagName("error").getLength() > 0) {
        failed.add(id);
      }
    }
    assertThat(cases.getLength()).isGreaterThan(140);
    assertThat(KNOWN.keySet()).containsAll(failed);
    Faults.figure(
        "h2spec on " + path,
        "%s tests, %s failed, each of them known".formatted(cases.getLength(), failed.size()));
  }
}
