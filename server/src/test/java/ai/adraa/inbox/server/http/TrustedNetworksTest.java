package ai.adraa.inbox.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.instancio.Instancio;
import org.instancio.junit.InstancioExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any network and any addresses, compared with arithmetic on the bits. */
@ExtendWith(InstancioExtension.class)
class TrustedNetworksTest {
  private final Server jetty = new Server();
  private final LocalConnector connector = new LocalConnector(jetty);
  private TrustedProxies proxies = TrustedProxies.NONE;
  private InetAddress peer = InetAddress.getLoopbackAddress();
  private SocketAddress client = new InetSocketAddress(0);

  @BeforeEach
  void start() throws Exception {
    jetty.addConnector(connector);
    jetty.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            client = proxies.client(from(peer, request));
            callback.succeeded();
            return true;
          }
        });
    jetty.start();
  }

  @AfterEach
  void stop() throws Exception {
    jetty.stop();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 16})
  void aPeerIsTrustedIfItIsInTheNetwork(int bytes) throws Exception {
    for (int i = 0; i < 300; i++) {
      int prefix = Instancio.gen().ints().range(0, 8 * bytes).get();
      byte[] network = bytes(bytes);
      int host = 8 * bytes - prefix;
      BigInteger first = number(network).shiftRight(host).shiftLeft(host);
      proxies = TrustedProxies.of(List.of(address(first, bytes).getHostAddress() + "/" + prefix));
      // Within the network and, if there is anything beside it, in the one beside it.
      BigInteger inside = first.or(number(bytes(bytes)).mod(BigInteger.ONE.shiftLeft(host)));
      assertThat(clientBehind(address(inside, bytes), "192.0.2.9"))
          .as("%s/%s", first, prefix)
          .isEqualTo("192.0.2.9");
      if (prefix > 0) {
        InetAddress beside = address(inside.xor(BigInteger.ONE.shiftLeft(host)), bytes);
        assertThat(clientBehind(beside, "192.0.2.9")).isEqualTo(beside.getHostAddress());
      }
    }
  }

  @Test
  void theClientIsTheLastThatIsNotTrustedWhateverItWroteItself() throws Exception {
    proxies = TrustedProxies.of(List.of("10.0.0.0/8", "fd00::/8"));
    for (int i = 0; i < 300; i++) {
      List<String> forwarded = new ArrayList<>();
      forwarded.add(Instancio.gen().text().pattern("#a#d, #a;#d%, 10.#d.0.1").get());
      InetAddress caller = InetAddress.getByAddress(bytes(i % 2 == 0 ? 4 : 16));
      if (trusted(caller)) {
        continue;
      }
      forwarded.add(caller.getHostAddress());
      int inner = Instancio.gen().ints().range(0, 3).get();
      for (int j = 0; j < inner; j++) {
        forwarded.add(j % 2 == 0 ? "10.1.2." + j : "[fd00::" + j + "]:8080");
      }
      assertThat(clientBehind(InetAddress.getByName("10.9.9.9"), String.join(", ", forwarded)))
          .isEqualTo(caller.getHostAddress());
      // One header or several.
      assertThat(
              clientBehind(
                  InetAddress.getByName("10.9.9.9"),
                  String.join("\r\nX-Forwarded-For: ", forwarded)))
          .isEqualTo(caller.getHostAddress());
    }
  }

  private static boolean trusted(InetAddress address) {
    byte first = address.getAddress()[0];
    return address.getAddress().length == 4 ? first == 10 : first == (byte) 0xfd;
  }

  private String clientBehind(InetAddress proxy, String forwardedFor) throws Exception {
    peer = proxy;
    var unused =
        connector.getResponse(
            "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " + forwardedFor + "\r\n\r\n");
    return ((InetSocketAddress) client).getAddress().getHostAddress();
  }

  private static Request from(InetAddress peer, Request request) {
    ConnectionMetaData connection =
        new ConnectionMetaData.Wrapper(request.getConnectionMetaData()) {
          @Override
          public SocketAddress getRemoteSocketAddress() {
            return new InetSocketAddress(peer, 4711);
          }
        };
    return new Request.Wrapper(request) {
      @Override
      public ConnectionMetaData getConnectionMetaData() {
        return connection;
      }
    };
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = Instancio.gen().bytes().get();
    }
    // Neither an IPv4 address that is mapped to IPv6 nor a zone.
    bytes[0] |= 1;
    return bytes;
  }

  private static BigInteger number(byte[] bytes) {
    return new BigInteger(1, bytes);
  }

  private static InetAddress address(BigInteger number, int length) throws UnknownHostException {
    byte[] bytes = new byte[length];
    byte[] significant = number.toByteArray();
    for (int i = 1; i <= length && i <= significant.length; i++) {
      bytes[length - i] = significant[significant.length - i];
    }
    return InetAddress.getByAddress(bytes);
  }
}
