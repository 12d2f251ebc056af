package ai.adraa.inbox.conformance.partners;

import ai.adraa.inbox.conformance.support.Mailbox;
import ai.adraa.inbox.conformance.support.TestInbox;
import java.net.URI;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that partners' programs run against.
 *
 * @param version its version of the contract, such as 1.1
 * @param url where the programs reach it
 * @param mail where it sends sign-in codes
 * @param commands runs a command on its database and returns what it prints
 */
record Deployment(String version, URI url, Mailbox mail, Function<String[], String> commands) {
  private static final Pattern VERSION = Pattern.compile("(?m)^  version: (\\d+\\.\\d+)");

  static Deployment of(TestInbox inbox, String contract) {
    return new Deployment(version(contract), inbox.url(), inbox.mail(), inbox::command);
  }

  /** The same server behind a proxy. */
  Deployment behind(URI proxy) {
    return new Deployment(version, proxy, mail, commands);
  }

  /** Returns the first two numbers of a contract's version. */
  static String version(String contract) {
    Matcher version = VERSION.matcher(contract);
    if (!version.find()) {
      throw new IllegalArgumentException("The contract has no version");
    }
    return version.group(1);
  }

  String command(String... arguments) {
    return commands.apply(arguments);
  }
}
