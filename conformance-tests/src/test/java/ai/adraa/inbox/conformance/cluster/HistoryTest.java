package ai.adraa.inbox.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.cluster.History.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The checker of histories finds each way in which one can be wrong, and nothing else. */
class HistoryTest {
  private final History history = new History();

  @BeforeEach
  void createAndRevoke() {
    history.add(Kind.CREATE, "t", 10, 20);
    history.add(Kind.REVOKE, "t", 100, 110);
  }

  @Test
  void whateverOverlapsTheRevocationMayGoEitherWay() {
    history.add(Kind.VERIFIED, "t", 30, 40);
    history.add(Kind.VERIFIED, "t", 90, 120);
    history.add(Kind.REFUSED, "t", 99, 101);
    history.add(Kind.VERIFIED, "t", 100, 130);
    history.add(Kind.REFUSED, "t", 115, 120);

    assertThat(history.violations()).isEmpty();
  }

  @Test
  void whatOverlapsTheCreationMayBeRefused() {
    history.add(Kind.REFUSED, "u", 15, 30);
    history.add(Kind.CREATE, "u", 10, 20);

    assertThat(history.violations()).isEmpty();
  }

  @Test
  void verifiedAfterAnAcknowledgedRevocation() {
    history.add(Kind.VERIFIED, "t", 111, 120);

    assertThat(history.violations()).hasSize(1).first().asString().contains("was acknowledged");
  }

  @Test
  void verifiedAfterTheFirstOfTwoRevocationsIsEnough() {
    history.add(Kind.REVOKE, "t", 105, 200);
    history.add(Kind.VERIFIED, "t", 150, 160);

    assertThat(history.violations()).hasSize(1).first().asString().contains("was acknowledged");
  }

  @Test
  void verifiedAgainAfterARefusalThatOnlyTheRevocationExplains() {
    history.add(Kind.REFUSED, "t", 101, 103);
    history.add(Kind.VERIFIED, "t", 104, 106);

    assertThat(history.violations()).hasSize(1).first().asString().contains("had been refused");
  }

  @Test
  void refusedBeforeTheRevocationBegan() {
    history.add(Kind.REFUSED, "t", 30, 99);

    assertThat(history.violations())
        .hasSize(1)
        .first()
        .asString()
        .contains("not yet being revoked");
  }

  @Test
  void refusedAndNeverRevoked() {
    history.add(Kind.CREATE, "u", 10, 20);
    history.add(Kind.REFUSED, "u", 21, 30);

    assertThat(history.violations())
        .hasSize(1)
        .first()
        .asString()
        .contains("not yet being revoked");
  }

  @Test
  void aRevocationWithoutAnAnswerExplainsRefusalsAndForbidsNothing() {
    history.add(Kind.CREATE, "u", 10, 20);
    history.add(Kind.REVOKE, "u", 100, Long.MAX_VALUE);
    history.add(Kind.VERIFIED, "u", 150, 160);
    history.add(Kind.REFUSED, "u", 170, 180);

    assertThat(history.violations()).isEmpty();
  }
}
