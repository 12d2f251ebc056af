package ai.adraa.inbox.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ai.adraa.inbox.conformance.cluster.History.Kind;
import ai.adraa.inbox.conformance.cluster.History.Operation;
import java.util.List;
import org.instancio.Instancio;
import org.instancio.junit.InstancioExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The checker of histories finds each way in which one can be wrong, and nothing else. */
@ExtendWith(InstancioExtension.class)
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
    history.add(Kind.VERIFIED, "u", 40, 50);

    assertThat(history.violations()).isEmpty();
  }

  @Test
  void verifiedAfterAnAcknowledgedRevocation() {
    history.add(Kind.VERIFIED, "t", 111, 120);

    assertThat(history.violations()).hasSize(1).first().asString().contains("was acknowledged");
  }

  @Test
  void verifiedAfterItExpired() {
    history.add(Kind.CREATE, "e", 10, 20);
    history.add(Kind.EXPIRE, "e", 50, 60);
    history.add(Kind.VERIFIED, "e", 55, 80);
    history.add(Kind.REFUSED, "e", 45, 58);
    assertThat(history.violations()).isEmpty();

    history.add(Kind.VERIFIED, "e", 61, 70);

    assertThat(history.violations()).hasSize(1);
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

  /**
   * Whatever the times of the operations: if each took effect at some moment between its start and
   * its end, nothing is wrong. If one verification that began after the revocation was acknowledged
   * had an answer from before, that one is found, and no other.
   */
  @Test
  void aHistoryInWhichEachOperationTookEffectInItsTimeHasNoViolationAndAStaleAnswerIsFound() {
    for (int i = 0; i < 2_000; i++) {
      History right = new History();
      History wrong = new History();
      long[] create = times();
      long[] revoke = times();
      while (revoke[1] <= create[1]) {
        revoke = times();
      }
      Operation stale = null;
      for (History both : List.of(right, wrong)) {
        both.add(Kind.CREATE, "t", create[0], create[2]);
        both.add(Kind.REVOKE, "t", revoke[0], revoke[2]);
      }
      for (int j = 0; j < 10; j++) {
        long[] verify = times();
        boolean active = create[1] < verify[1] && verify[1] < revoke[1];
        Operation answered =
            new Operation(active ? Kind.VERIFIED : Kind.REFUSED, "t", verify[0], verify[2]);
        right.add(answered.kind(), "t", answered.start(), answered.end());
        if (stale == null && verify[0] > revoke[2]) {
          stale = new Operation(Kind.VERIFIED, "t", verify[0], verify[2]);
          wrong.add(Kind.VERIFIED, "t", verify[0], verify[2]);
        } else {
          wrong.add(answered.kind(), "t", answered.start(), answered.end());
        }
      }
      assertThat(right.violations()).isEmpty();
      if (stale == null) {
        assertThat(wrong.violations()).isEmpty();
      } else {
        assertThat(wrong.violations()).singleElement().asString().contains(stale.toString());
      }
    }
  }

  /** The start, the moment of effect and the end of an operation; no two are ever equal. */
  private static long[] times() {
    return Instancio.gen().longs().range(0L, 1L << 50).stream()
        .distinct()
        .limit(3)
        .sorted()
        .mapToLong(Long::longValue)
        .toArray();
  }
}
