package ai.adraa.inbox.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples are those of RFC 5952. */
class IpAddressTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "10.0.0.0, 10.0.0.0",
    "::ffff:192.0.2.1, 192.0.2.1",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "0:0:1::, 0:0:1::",
    "::1:0:0, ::1:0:0",
    "2001:0db8::0001, 2001:db8::1",
    "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "0:1:1:1:1:1:1:0, 0:1:1:1:1:1:1:0",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:DB8::ABCD, 2001:db8::abcd",
    "1:10:0:0:100:0:0:0, 1:10:0:0:100::",
    "fe80::1%1, fe80::1",
  })
  void anAddressHasOneForm(String address, String expected) throws Exception {
    assertThat(IpAddress.of(InetAddress.getByName(address))).isEqualTo(expected);
    assertThat(IpAddress.of(new InetSocketAddress(InetAddress.getByName(address), 80)))
        .contains(expected);
  }

  @Test
  void theFormIsThatOfTheSameAddress() throws Exception {
    Random random = new Random(5952);
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = new byte[16];
      for (int group = 0; group < 16; group += 2) {
        if (random.nextBoolean()) {
          bytes[group + 1] = (byte) random.nextInt();
        }
      }
      InetAddress address = InetAddress.getByAddress(bytes);

      assertThat(InetAddress.getByName(IpAddress.of(address))).isEqualTo(address);
    }
  }

  @Test
  void whatIsNoIpAddressHasNone() {
    assertThat(IpAddress.of(UnixDomainSocketAddress.of("socket"))).isEmpty();
    assertThat(IpAddress.of(InetSocketAddress.createUnresolved("host.example", 80))).isEmpty();
  }
}
