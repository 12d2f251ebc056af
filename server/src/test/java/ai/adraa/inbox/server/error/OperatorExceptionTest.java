package ai.adraa.inbox.server.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** What an operator reads of a failure: the first line of what caused it. */
class OperatorExceptionTest {
  @Test
  void theOriginIsTheDatabasesFailureOrTheLastCause() {
    SQLException ofDatabase = new SQLException("disk full", new IOException("no space"));
    assertThat(OperatorException.origin(new IllegalStateException("failed", ofDatabase)))
        .isSameAs(ofDatabase);
    IOException last = new IOException("connection reset");
    assertThat(OperatorException.origin(new IllegalStateException("failed", last))).isSameAs(last);
    assertThat(OperatorException.origin(last)).isSameAs(last);
  }

  @Test
  void theReasonIsOneLine() {
    assertThat(OperatorException.reason(new OperatorException("one\ntwo"))).isEqualTo("one");
    assertThat(OperatorException.reason(new OperatorException(""))).isEqualTo("unknown reason");
  }
}
