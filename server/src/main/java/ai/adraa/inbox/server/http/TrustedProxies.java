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
 * The proxies whose X-Forwarded-For is believed. Each appends the address that it was called from,
 * so the header is read from its right end, and only as far as these proxies wrote it: what is left
 * of that came from the caller, who can write anything. Jetty's own ForwardedRequestCustomizer
 * takes the leftmost address, from anyone. The header {@code Forwarded} is not read: a proxy that
 * writes the one passes the other on as its caller sent it.
 */
public final class TrustedProxies implements HttpConfiguration.Customizer {
  /** No proxy is trusted. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  private static final Pattern NETWORK = Pattern.compile("([0-9A-Fa-f.:]+)(?:/([0-9]{1,3}))?");
  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
  private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:.]{2,45}");
  // Some proxies write the port too.
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
   * The proxies in these networks.
   *
   * @param networks addresses such as {@code 10.0.0.7} or networks such as {@code fd00::/8}
   * @throws IllegalArgumentException if one is neither
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

  /** Where the request came from: the last address that no trusted proxy has. */
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

  /** The entries of all fields with this name, in their order. */
  private static List<String> entries(HttpFields headers) {
    return headers.getValuesList(HttpHeader.X_FORWARDED_FOR).stream()
        // An empty entry is none that a proxy wrote, so it must not vanish.
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

  /** The address, if it is one in full: a name would be looked up, {@code 10.1} be completed. */
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
