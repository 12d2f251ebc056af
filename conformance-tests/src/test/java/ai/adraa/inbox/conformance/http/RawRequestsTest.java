package ai.adraa.inbox.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.RawHttp;
import ai.adraa.inbox.conformance.support.TestInbox;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Host headers that lie, requests hidden in others, tricks with paths and headers: each row of
 * {@code raw-requests.txt} is answered as it says, and leaves the connection as it says.
 */
@Tag("once")
class RawRequestsTest {
  private static final String NEXT = "GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String LAST =
      "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  private static final String BODY = "{\"name\":\"x\"}";
  private static final Pattern ESCAPE = Pattern.compile("\\\\(r|n|t|x[0-9A-F]{2})");
  private static final Pattern HEAD =
      Pattern.compile("HTTP/1\\.1 ([0-9]{3}) [^\r]*\r\n(.*?)\r\n\r\n", Pattern.DOTALL);
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: ([0-9]+)");

  @AutoClose private static final TestInbox inbox = TestInbox.start();
  private static final TestInbox.SignedIn admin = inbox.workspace("acme");
  private static final String secret = inbox.createToken(admin, "CRM integration").secret();

  static Stream<String> rows() throws IOException {
    try (InputStream table = RawRequestsTest.class.getResourceAsStream("/raw-requests.txt")) {
      return new String(table.readAllBytes(), StandardCharsets.UTF_8)
          .lines().filter(line -> !line.startsWith("#")).toList().stream();
    }
  }

  @Test
  void thereAreManyRows() throws IOException {
    assertThat(rows()).hasSizeGreaterThan(150).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachIsAnsweredAsTheTableSays(String row) {
    String[] columns = row.split(" \\| ", 4);
    List<String> expected = new ArrayList<>(List.of(columns[1].split(", ")));
    boolean open = columns[2].equals("open");
    URI url = inbox.url();
    String received;
    try (RawHttp connection = new RawHttp(url)) {
      connection.send(bytes(columns[3]));
      if (open) {
        connection.send(LAST.getBytes(StandardCharsets.US_ASCII));
        expected.add("401 MISSING_TOKEN");
      }
      received = connection.untilClosed();
    }

    List<String> seen = new ArrayList<>();
    Matcher head = HEAD.matcher(received);
    int at = 0;
    while (at < received.length()) {
      assertThat(head.find(at) && head.start() == at).as(received.substring(at)).isTrue();
      Matcher length = LENGTH.matcher("\r\n" + head.group(2));
      int end = head.end() + (length.find() ? Integer.parseInt(length.group(1)) : 0);
      seen.add(check(head.group(1), head.group(2), received.substring(head.end(), end)));
      at = end;
    }
    assertThat(seen).isEqualTo(expected);
    // Of a version that it does not know, Jetty ends the connection without a word.
    if (!columns[0].matches("HTTP/(0.9|1.2|3)")) {
      assertThat(received).containsIgnoringCase("\r\nConnection: close\r\n");
    }
    // What came before does no harm to the next caller.
    assertThat(inbox.verify(secret).statusCode()).isEqualTo(200);
  }

  @AfterAll
  static void nothingHiddenWasExecuted() {
    String tokens = inbox.command("token", "list", "--workspace", "acme");
    assertThat(tokens).contains("CRM integration").doesNotContain("smuggled");
  }

  /** One answer as the table has it. */
  private static String check(String status, String headers, String body) {
    assertThat(headers).contains("X-Request-Id: c").doesNotContain("Server:", "evil", "Set-Cookie");
    if (!status.startsWith("4")) {
      return status;
    }
    assertThat(headers).contains("Content-Type: application/json", "Cache-Control: no-store");
    assertThat(body)
        .doesNotContainIgnoringCase("jetty")
        .doesNotContainIgnoringCase("jersey")
        .doesNotContain("Exception", "evil");
    return status + " " + JsonPath.from(body).getString("error.code");
  }

  private static byte[] bytes(String written) {
    String create = "POST /api/v1/workspaces/" + admin.workspaceId() + "/tokens HTTP/1.";
    String headers = "\r\nHost: x\r\nCookie: adraa_session=" + admin.session();
    String json = headers + "\r\nContent-Type: application/json\r\n";
    String hiddenBody = "{\"name\":\"smuggled\"}";
    String hidden =
        create + "1" + json + "Content-Length: " + hiddenBody.length() + "\r\n\r\n" + hiddenBody;
    Map<String, String> names =
        Map.ofEntries(
            Map.entry("AUTH", "Authorization: Bearer " + secret + "\r\n"),
            Map.entry("CREATE", create + "1" + json),
            Map.entry("CREATE_1_0", create + "0" + json),
            Map.entry("CREATE_TEXT", create + "1" + headers + "\r\nContent-Type: text/plain\r\n"),
            Map.entry(
                "CREATE_MULTIPART",
                create + "1" + headers + "\r\nContent-Type: multipart/form-data; boundary=x\r\n"),
            Map.entry("BODY", BODY),
            Map.entry("HIDDEN", hidden),
            Map.entry("HIDDEN_LENGTH", "" + hidden.length()),
            Map.entry("HIDDEN_HEX", Integer.toHexString(hidden.length())),
            Map.entry("SESSION", admin.session()),
            Map.entry("NEXT", NEXT));
    String escaped =
        ESCAPE
            .matcher(written)
            .replaceAll(
                match ->
                    Matcher.quoteReplacement(
                        switch (match.group(1)) {
                          case "r" -> "\r";
                          case "n" -> "\n";
                          case "t" -> "\t";
                          default -> "" + (char) Integer.parseInt(match.group(1).substring(1), 16);
                        }));
    // The longest name first, since some begin as others do.
    for (String name :
        names.keySet().stream().sorted(Comparator.comparing(String::length).reversed()).toList()) {
      escaped = escaped.replace("$" + name, names.get(name));
    }
    return escaped.getBytes(StandardCharsets.ISO_8859_1);
  }
}
