package ai.adraa.inbox.conformance.partners;

import ai.adraa.inbox.conformance.support.Mailbox;
import ai.adraa.inbox.conformance.support.TestInbox;
import java.net.URI;
import java.util.function.Function;

/**
 * A server that partners' programs run against.
 *
 * @param url where the programs reach it
 * @param mail where it sends sign-in codes
 * @param commands runs a command on its database and returns what it prints
 */
record Deployment(URI url, Mailbox mail, Function<String[], String> commands) {
  static Deployment of(TestInbox inbox) {
    return new Deployment(inbox.url(), inbox.mail(), inbox::command);
  }

  /** The same server behind a proxy. */
  Deployment behind(URI proxy) {
    return new Deployment(proxy, mail, commands);
  }

  String command(String... arguments) {
    return commands.apply(arguments);
  }
}
