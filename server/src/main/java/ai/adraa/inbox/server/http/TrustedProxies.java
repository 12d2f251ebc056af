package ai.adraa.inbox.server.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.InetAddressSet;

/**
 * Determines the client address from {@code X-Forwarded-For}, but only as far as trusted proxies
 * wrote it. Each proxy appends the address that called it, so the header is read from right to
 * left, up to the first address that is not a trusted proxy. The entries further left come from the
 * caller and can be forged. Thread-safe.
 *
 * <p>Jetty's own ForwardedRequestCustomizer takes the leftmost address and trusts every peer. The
 * header {@code Forwarded} is ignored, because a proxy that writes X-Forwarded-For passes a {@code
 * Forwarded} header from its caller on unchanged.
 */
public final class TrustedProxies implements HttpConfiguration.Customizer {
  /** Trusts no proxy: the client is always the peer of the connection. */
  public static final TrustedProxies NONE = new TrustedProxies();

  // Some proxies append the port.
  private static final Pattern WITH_PORT =
      Pattern.compile("\\[(.*)\\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}");
  private static final Pattern PREFIX_LENGTH = Pattern.compile("/[0-9]{1,3}$");

  private final InetAddressSet networks = new InetAddressSet();

  private TrustedProxies() {}

  /**
   * Trusts the proxies in these networks.
   *
   * @param networks addresses such as {@code 10.0.0.7} or networks such as {@code fd00::/8}; white
   *     space around them is ignored
   * @throws IllegalArgumentException if an element is neither; the message is that element
   */
  public static TrustedProxies of(List<String> networks) {
    TrustedProxies proxies = new TrustedProxies();
    for (String network : networks.stream().map(String::strip).toList()) {
      try {
        // Checked first, because Jetty would look up a name in DNS.
        var unused = address(PREFIX_LENGTH.matcher(network).replaceFirst(""));
        proxies.networks.add(network);
      } catch (UnknownHostException | IllegalArgumentException e) {
        throw new IllegalArgumentException(network, e);
      }
    }
    return proxies;
  }

  @Override
  public Request customize(Request request, HttpFields.Mutable responseHeaders) {
    SocketAddress peer = request.getConnectionMetaData().getRemoteSocketAddress();
    SocketAddress client = client(request);
    if (client.equals(peer)) {
      return request;
    }
    ConnectionMetaData connection =
        new ConnectionMetaData.Wrapper(request.getConnectionMetaData()) {
          @Override
          public SocketAddress getRemoteSocketAddress() {
            return client;
          }
        };
    return new Request.Wrapper(request) {
      @Override
      public ConnectionMetaData getConnectionMetaData() {
        return connection;
      }
    };
  }

  /**
   * Returns the client address: from right to left, the first address that is not a trusted proxy.
   * The port is 0 if the address comes from the header.
   */
  SocketAddress client(Request request) {
    SocketAddress peer = request.getConnectionMetaData().getRemoteSocketAddress();
    if (networks.isEmpty()
        || !(peer instanceof InetSocketAddress internet)
        || !networks.test(internet.getAddress())) {
      return peer;
    }
    InetAddress client = internet.getAddress();
    List<String> entries = entries(request.getHeaders());
    try {
      for (int i = entries.size() - 1; i >= 0 && networks.test(client); i--) {
        Matcher withPort = WITH_PORT.matcher(entries.get(i));
        client = address(withPort.matches() ? withPort.replaceFirst("$1$2") : entries.get(i));
      }
    } catch (UnknownHostException e) {
      // No proxy writes such an entry, so the search stops there.
    }
    return client.equals(internet.getAddress()) ? peer : new InetSocketAddress(client, 0);
  }

  /** Returns the entries of all X-Forwarded-For fields, in order. */
  private static List<String> entries(HttpFields headers) {
    return headers.getValuesList(HttpHeader.X_FORWARDED_FOR).stream()
        // Keep empty entries: no proxy writes one, so the search must stop there.
        .flatMap(value -> Arrays.stream(value.split(",", -1)))
        .map(String::strip)
        .toList();
  }

  /**
   * Parses a complete address without a look-up in DNS: Java only parses text in brackets. An IPv4
   * address gets the prefix that maps it to IPv6 (RFC 4291 §2.5.5.2), which Java removes again.
   */
  private static InetAddress address(String text) throws UnknownHostException {
    boolean ipv6 = text.contains(":");
    InetAddress address = InetAddress.getByName("[" + (ipv6 ? "" : "0:0:0:0:0:ffff:") + text + "]");
    // A zone has no meaning on another machine, and some programs read 010 as an octal number.
    if (text.contains("%") || !(ipv6 || address.getHostAddress().equals(text))) {
      throw new UnknownHostException(text);
    }
    return address;
  }
}
