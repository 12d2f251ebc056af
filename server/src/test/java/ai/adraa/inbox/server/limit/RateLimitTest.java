package ai.adraa.inbox.server.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.bucket4j.Bucket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.instancio.Instancio;
import org.instancio.junit.InstancioExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How limits are written, and whose requests count together. */
@ExtendWith(InstancioExtension.class)
class RateLimitTest {
  @ParameterizedTest
  @CsvSource({"s, PT1S", "min, PT1M", "h, PT1H"})
  void everyNumberAndUnitIsRead(String unit, Duration period) {
    Instancio.gen().longs().range(1L, 999_999_999L).stream()
        .limit(200)
        .forEach(
            requests ->
                assertThat(RateLimit.parse(requests + "/" + unit))
                    .contains(new RateLimit(requests, period)));
  }

  @Test
  void offIsNoLimit() {
    assertThat(RateLimit.parse("off")).isEmpty();
  }

  @Test
  void allOtherTextIsRefusedAndNamed() {
    Instancio.gen().string().unicode().length(0, 20).stream()
        .limit(500)
        .forEach(RateLimitTest::refused);
    for (String almost :
        new String[] {
          "0/s",
          "01/s",
          "-1/s",
          "1000000000/s",
          "1 /s",
          "1/S",
          "1/d",
          "1/",
          "/s",
          "1",
          "OFF",
          "\u0661/s"
        }) {
      refused(almost);
    }
  }

  @Test
  void aBucketHoldsAsManyAsTheLimitAndTellsHowLongToWait() {
    Bucket bucket = new RateLimit(3, Duration.ofHours(3)).newBucket();

    assertThat(bucket.tryConsumeAsMuchAsPossible()).isEqualTo(3);
    assertThat(RateLimit.secondsToWait(bucket.tryConsumeAndReturnRemaining(1)))
        .as("one of three in three hours, of which a moment has passed")
        .isBetween(3_000L, 3_600L);
  }

  @Test
  void theShortestTimeToWaitIsASecond() {
    Bucket bucket = new RateLimit(1_000, Duration.ofSeconds(1)).newBucket();
    assertThat(bucket.tryConsumeAsMuchAsPossible()).isPositive();
    assertThat(RateLimit.secondsToWait(bucket.tryConsumeAndReturnRemaining(1_000))).isEqualTo(1);
  }

  @Test
  void anIpv4AddressIsACallerAndSoIsTheNetworkOfAnIpv6Address() throws UnknownHostException {
    for (byte[] bytes : Instancio.stream(byte[].class).limit(300).map(b -> of(b, 4)).toList()) {
      String address = InetAddress.getByAddress(bytes).getHostAddress();
      assertThat(RateLimit.caller(address)).isEqualTo(address);
    }
    for (byte[] bytes : Instancio.stream(byte[].class).limit(300).map(b -> of(b, 16)).toList()) {
      bytes[0] = 0x20;
      Object caller = RateLimit.caller(InetAddress.getByAddress(bytes).getHostAddress());
      assertThat(caller).isEqualTo(ByteBuffer.wrap(bytes).getLong());

      byte[] neighbour = bytes.clone();
      neighbour[8] ^= 1;
      assertThat(RateLimit.caller("[" + InetAddress.getByAddress(neighbour).getHostAddress() + "]"))
          .as("the same network, in brackets")
          .isEqualTo(caller);
      neighbour[7] ^= 1;
      assertThat(RateLimit.caller(InetAddress.getByAddress(neighbour).getHostAddress()))
          .as("another network")
          .isNotEqualTo(caller);
    }
    assertThat(RateLimit.caller("::ffff:192.0.2.1")).isEqualTo("::ffff:192.0.2.1");
    assertThat(RateLimit.caller("not:an:address")).isEqualTo("not:an:address");
  }

  private static byte[] of(byte[] random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = random[i % random.length];
    }
    return bytes;
  }

  private static void refused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> RateLimit.parse(text)).withMessage(text);
  }
}
