package ai.adraa.inbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^ *- code: ([A-Z_]+)\n *status: ([0-9]{3})$");

  @Test
  void theContractsTableHasEachCodeWithItsStatusAndNoOther() throws IOException {
    String contract = Files.readString(Path.of("../openapi/adraa-inbox.yaml"));

    assertThat(ROW.matcher(contract).results().map(row -> row.group(1) + " " + row.group(2)))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(ErrorCode.values()).map(code -> code + " " + code.status()).toList());
  }

  @Test
  void aCodeThatIsKnownByItsStatusKeepsIt() {
    for (int status : new int[] {400, 404, 405, 406, 413, 414, 415, 429, 431, 500, 503}) {
      assertThat(ErrorCode.ofStatus(status).status()).isEqualTo(status);
    }
  }
}
