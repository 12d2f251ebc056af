package ai.adraa.inbox.server.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The text of an IP address: one form, so that the log, the audit trail and the API agree. */
final class IpAddress {
  private static final Pattern ZONE = Pattern.compile("%.*");
  private static final Pattern ZEROS = Pattern.compile("\\b0(:0)+\\b");

  private IpAddress() {}

  /** Returns the IP address of a connection's end; empty if it has none. */
  static Optional<String> of(SocketAddress end) {
    return end instanceof InetSocketAddress internet
        ? Optional.ofNullable(internet.getAddress()).map(IpAddress::of)
        : Optional.empty();
  }

  /** Returns the form of RFC 5952: in lower case, with the longest run of zeros as {@code ::}. */
  static String of(InetAddress address) {
    String text = address.getHostAddress();
    if (!text.contains(":")) {
      return text;
    }
    // Java writes all groups, in lower case and without leading zeros.
    String groups = ZONE.matcher(text).replaceFirst("");
    return ZEROS
        .matcher(groups)
        .results()
        // Of equally long runs, the first one stays.
        .reduce((one, next) -> length(next) > length(one) ? next : one)
        .map(
            run ->
                withoutColon(groups.substring(0, run.start()))
                    + "::"
                    + groups.substring(Math.min(run.end() + 1, groups.length())))
        .orElse(groups);
  }

  private static int length(MatchResult run) {
    return run.end() - run.start();
  }

  private static String withoutColon(String groups) {
    return groups.isEmpty() ? groups : groups.substring(0, groups.length() - 1);
  }
}
