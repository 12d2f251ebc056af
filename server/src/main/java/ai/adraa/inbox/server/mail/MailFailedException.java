package ai.adraa.inbox.server.mail;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;

/** Reports that the mail server did not accept a message. */
public final class MailFailedException extends Exception {
  private static final long serialVersionUID = 1;
  // How the mail library reports a reply that has no exception of its own.
  private static final Pattern REPLY = Pattern.compile("^([2-5][0-9]{2})[ -]|response: ([0-9]{3})");

  // The commands that send the message itself.
  private static final Set<String> MESSAGE_COMMANDS = Set.of("DATA", ".");

  private final boolean permanent;
  private final boolean ofMessage;

  MailFailedException(MessagingException cause) {
    super(reason(cause), cause);
    this.permanent = isPermanent(cause);
    this.ofMessage = isOfMessage(cause);
  }

  /** Returns true if a second attempt would fail too. */
  public boolean isPermanent() {
    return permanent;
  }

  /**
   * Returns true if the mail server refuses the message or its recipient. Otherwise it refuses this
   * server, which its operator can correct.
   */
  public boolean isOfMessage() {
    return ofMessage;
  }

  /**
   * Returns the reason for the log, in one line and without the recipient's address.
   *
   * @param to the recipient to whom the message was sent
   */
  public String withoutRecipient(String to) {
    return String.valueOf(getMessage())
        .replace(to, "***")
        .replace(EmailAddress.withAsciiDomain(to), "***")
        .replaceAll("\\p{Cntrl}", "?");
  }

  private static String reason(MessagingException failure) {
    // The last one is the closest to the server's reply.
    Exception last = failure;
    while (last instanceof MessagingException messaging && messaging.getNextException() != null) {
      last = messaging.getNextException();
    }
    return String.valueOf(last.getMessage()).strip().replaceAll("\\s+", " ");
  }

  private static boolean isPermanent(MessagingException failure) {
    Exception next = failure;
    while (next instanceof MessagingException messaging) {
      OptionalInt reply = reply(messaging);
      if (reply.isPresent()) {
        return reply.getAsInt() >= 500;
      }
      if (messaging instanceof AddressException
          || messaging instanceof AuthenticationFailedException) {
        return true;
      }
      next = messaging.getNextException();
    }
    // No reply: the server could not be reached, or has closed the connection.
    return false;
  }

  private static boolean isOfMessage(MessagingException failure) {
    Exception next = failure;
    while (next instanceof MessagingException messaging) {
      if (messaging instanceof AddressException
          || messaging instanceof SMTPAddressFailedException
          || (messaging instanceof SMTPSendFailedException send
              && MESSAGE_COMMANDS.contains(String.valueOf(send.getCommand()).strip()))) {
        return true;
      }
      next = messaging.getNextException();
    }
    return false;
  }

  private static OptionalInt reply(MessagingException failure) {
    if (failure instanceof SMTPAddressFailedException recipient) {
      return OptionalInt.of(recipient.getReturnCode());
    }
    if (failure instanceof SMTPSendFailedException send) {
      return OptionalInt.of(send.getReturnCode());
    }
    Matcher text = REPLY.matcher(String.valueOf(failure.getMessage()));
    return text.find()
        ? OptionalInt.of(Integer.parseInt(text.group(1) == null ? text.group(2) : text.group(1)))
        : OptionalInt.empty();
  }
}
