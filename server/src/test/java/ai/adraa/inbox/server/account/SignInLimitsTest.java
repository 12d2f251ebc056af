package ai.adraa.inbox.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.adraa.inbox.server.account.SignInLimits.Step;
import ai.adraa.inbox.server.limit.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How many sign-in codes may be requested and tried, and by whom. */
class SignInLimitsTest {
  private static final String ADA = "ada@acme.example";
  private static final String BOB = "bob@acme.example";
  private static final String HOME = "192.0.2.1";
  private static final List<String> STRANGERS =
      List.of("198.51.100.1", "198.51.100.2", "198.51.100.3");
  private static final String ELSEWHERE = "198.51.100.4";

  private final SignInLimits limits = new SignInLimits(Optional.empty());

  @ParameterizedTest
  @EnumSource
  void anEmailHasTenAttemptsFromOneAddress(Step step) {
    attempt(10, step, ADA, HOME);

    refused(step, ADA, HOME);
    attempt(10, other(step), ADA, HOME);
    attempt(10, step, BOB, HOME);
    attempt(10, step, ADA, ELSEWHERE);
  }

  @ParameterizedTest
  @EnumSource
  void anEmailHasThirtyAttemptsFromAllAddressesTogether(Step step) {
    STRANGERS.forEach(address -> attempt(10, step, ADA, address));

    refused(step, ADA, ELSEWHERE);
    attempt(10, other(step), ADA, ELSEWHERE);
    attempt(10, step, BOB, ELSEWHERE);
  }

  @ParameterizedTest
  @EnumSource
  void strangersDoNotLockTheOwnerOutWhereTheOwnerHasSignedIn(Step step) {
    limits.signedIn(ADA, HOME);
    STRANGERS.forEach(address -> attempt(10, step, ADA, address));
    refused(step, ADA, ELSEWHERE);

    attempt(10, step, ADA, HOME);
    refused(step, ADA, HOME);
  }

  @ParameterizedTest
  @EnumSource
  void attemptsWhereTheOwnerHasSignedInLeaveThirtyToOtherAddresses(Step step) {
    limits.signedIn(ADA, HOME);
    attempt(10, step, ADA, HOME);

    STRANGERS.forEach(address -> attempt(10, step, ADA, address));
    refused(step, ADA, ELSEWHERE);
  }

  @ParameterizedTest
  @EnumSource
  void anAddressIsKnownForTheEmailThatHasSignedInOnly(Step step) {
    limits.signedIn(ADA, HOME);
    STRANGERS.forEach(address -> attempt(10, step, BOB, address));

    refused(step, BOB, HOME);
  }

  @ParameterizedTest
  @EnumSource
  void anAddressHasOneLimitForAllEmailsEvenIfItIsKnown(Step step) {
    SignInLimits limited = new SignInLimits(Optional.of(new RateLimit(3, Duration.ofHours(1))));
    limited.signedIn(ADA, HOME);
    limited.count(step, ADA, HOME);
    limited.count(step, BOB, HOME);
    limited.count(step, "nobody@acme.example", HOME);

    assertThatExceptionOfType(TooManyAttemptsException.class)
        .isThrownBy(() -> limited.count(step, ADA, HOME));
    limited.count(other(step), ADA, HOME);
    limited.count(step, ADA, ELSEWHERE);
  }

  private void attempt(int times, Step step, String email, String address) {
    for (int i = 0; i < times; i++) {
      limits.count(step, email, address);
    }
  }

  private void refused(Step step, String email, String address) {
    assertThatExceptionOfType(TooManyAttemptsException.class)
        .isThrownBy(() -> limits.count(step, email, address))
        .satisfies(
            e ->
                assertThat(e.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(7)));
  }

  private static Step other(Step step) {
    return step == Step.TRY_CODE ? Step.ASK_FOR_CODE : Step.TRY_CODE;
  }
}
