package ai.adraa.inbox.server.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.InetAddressPattern;

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
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  private static final Pattern NETWORK = Pattern.compile("([0-9A-Fa-f.:]+)(?:/([0-9]{1,3}))?");
  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
  private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:.]{2,45}");
  // Some proxies append the port.
  private static final Pattern ENTRY =
      Pattern.compile(
          "(?<v4>[0-9.]+)(?::[0-9]{1,5})?"
              + "|\\[(?<bracketed>[^\\]]*)\\](?::[0-9]{1,5})?"
              + "|(?<v6>[0-9A-Fa-f:.]+)");

  private final List<InetAddressPattern> networks;

  private TrustedProxies(List<InetAddressPattern> networks) {
    this.networks = networks;
  }

  /**
   * Trusts the proxies in these networks.
   *
   * @param networks addresses such as {@code 10.0.0.7} or networks such as {@code fd00::/8}
   * @throws IllegalArgumentException if an element is neither; the message is that element
   */
  public static TrustedProxies of(List<String> networks) {
    return new TrustedProxies(networks.stream().map(TrustedProxies::network).toList());
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
        || !isTrusted(internet.getAddress())) {
      return peer;
    }
    InetAddress client = internet.getAddress();
    List<String> entries = entries(request.getHeaders());
    for (int i = entries.size() - 1; i >= 0 && isTrusted(client); i--) {
      Optional<InetAddress> before = address(entries.get(i));
      if (before.isEmpty()) {
        break;
      }
      client = before.get();
    }
    return client.equals(internet.getAddress()) ? peer : new InetSocketAddress(client, 0);
  }

  private boolean isTrusted(InetAddress address) {
    return networks.stream().anyMatch(network -> network.test(address));
  }

  /** Returns the entries of all X-Forwarded-For fields, in order. */
  private static List<String> entries(HttpFields headers) {
    return headers.getValuesList(HttpHeader.X_FORWARDED_FOR).stream()
        // Keep empty entries: no proxy writes one, so the search must stop there.
        .flatMap(value -> Arrays.stream(value.split(",", -1)))
        .map(String::strip)
        .toList();
  }

  private static InetAddressPattern network(String text) {
    Matcher network = NETWORK.matcher(text);
    if (!network.matches() || literal(network.group(1)).isEmpty()) {
      throw new IllegalArgumentException(text);
    }
    return InetAddressPattern.from(text);
  }

  private static Optional<InetAddress> address(String entry) {
    Matcher form = ENTRY.matcher(entry);
    if (!form.matches()) {
      return Optional.empty();
    }
    return literal(
        Stream.of("v4", "bracketed", "v6")
            .map(form::group)
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow());
  }

  /**
   * Parses a complete address; returns empty for anything else. Without this check Java would look
   * up a name in DNS and expand {@code 10.1} to {@code 10.0.0.1}.
   */
  private static Optional<InetAddress> literal(String text) {
    if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
