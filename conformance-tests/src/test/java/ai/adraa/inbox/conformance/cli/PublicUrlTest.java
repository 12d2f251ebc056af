package ai.adraa.inbox.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.support.Command;
import ai.adraa.inbox.conformance.support.Tool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --public-url} is a scheme, a host and a port. */
@Tag("once")
class PublicUrlTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://h/inbox",
        "https://h/inbox/",
        "http://h:8080/a/b",
        "https://h/%2f",
        "https://h?x",
        "https://h/?x",
        "https://h#x",
        "https://user@h",
        "https://user:password@h/inbox"
      })
  void moreThanAHostAndAPortIsRefused(String url) {
    for (String command : new String[] {"serve", "demo"}) {
      Tool.Finished refused = Command.run(command, "--public-url", url);

      assertThat(refused.exitCode()).isEqualTo(2);
      assertThat(refused.err().lines())
          .singleElement()
          .asString()
          .contains("--public-url")
          .contains("give the server a host name of its own, such as https://inbox.example");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inbox.example",
        "ftp://h",
        "https:///x",
        "https://",
        "http://h:99999",
        "https://b\u00fccher.lan"
      })
  void whatIsNotAnHttpUrlIsRefused(String url) {
    Tool.Finished refused = Command.run("serve", "--public-url", url);

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("--public-url").contains("is not an http or https URL");
  }
}
