package ai.adraa.inbox.server.mail;

import ai.adraa.inbox.server.error.OperatorException;
import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Date;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends mail by SMTP or, if no server is configured, prints it to the log. Thread-safe. */
public final class Mailer {
  /**
   * What happened to a message: {@code PRINTED} if no server is configured, {@code DEFERRED} for
   * each attempt that is repeated later.
   */
  public enum Outcome {
    SENT,
    DEFERRED,
    FAILED,
    PRINTED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Mailer.class);
  private static final String TIMEOUT_MILLIS = "10000";
  // Not parsed as a URI, because its host is null for a name with an underscore.
  private static final Pattern SERVER =
      Pattern.compile(
          "(?<protocol>smtps?)://((?<login>.*)@)?"
              + "(\\[(?<ipv6>[0-9a-fA-F:.]+)]|(?<host>[\\p{Alnum}._-]+))(:(?<port>[0-9]{1,5}))?/?",
          Pattern.DOTALL);
  private static final Pattern PERCENT_ENCODED = Pattern.compile("([^%/?#@\\s]|%[0-9a-fA-F]{2})*");
  // Requires all four numbers, because 127.example.com can be any machine.
  private static final Pattern LOCAL =
      Pattern.compile("localhost|::1|127(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}");

  // A domain for email addresses, which is not an IP address: the last label has a letter.
  private static final Pattern DOMAIN =
      Pattern.compile("([\\p{Alnum}-]+\\.)*[\\p{Alnum}-]*\\p{Alpha}[\\p{Alnum}-]*");

  private final jakarta.mail.@Nullable Session smtp;
  private final InternetAddress from;
  private final Clock clock;
  private final Consumer<Outcome> outcomes;

  /**
   * Creates a mailer for one SMTP server. Does not connect.
   *
   * @param server {@code smtp://} or {@code smtps://} followed by {@code
   *     [user:password@]host[:port]}; null to print to the log. With a password, {@code smtp://}
   *     requires STARTTLS unless the host is {@code localhost}, {@code [::1]} or an IPv4 address
   *     that begins with {@code 127.}
   * @param from the sender's address; null for {@code no-reply@} and the host of the public URL
   * @param publicHost the host of the public URL; also used in EHLO and in each Message-ID. Empty
   *     if there is no public URL; EHLO and Message-ID then use the sender's domain
   * @param outcomes receives the outcome of each message
   * @throws OperatorException if {@code server} or {@code from} is malformed, or if {@code server}
   *     is given without {@code from} or a public host name. The message never contains the
   *     password
   */
  public Mailer(
      @Nullable String server,
      @Nullable String from,
      Optional<String> publicHost,
      Clock clock,
      Consumer<Outcome> outcomes) {
    this.outcomes = outcomes;
    this.smtp = server == null ? null : session(server);
    this.clock = clock;
    Optional<String> domain = publicHost.filter(host -> DOMAIN.matcher(host).matches());
    if (from == null && domain.isEmpty() && server != null) {
      throw new OperatorException(
          "--smtp needs a sender: set --mail-from, or --public-url with a host name");
    }
    this.from = sender(from == null ? "no-reply@" + domain.orElse("localhost") : from);
    if (smtp != null) {
      introduce(smtp, domain.orElse(EmailAddress.domain(this.from.getAddress())));
    }
  }

  private static InternetAddress sender(String from) {
    try {
      InternetAddress sender = new InternetAddress(from, true);
      sender.setAddress(EmailAddress.withAsciiDomain(sender.getAddress()));
      if (EmailAddress.isDeliverable(sender.getAddress())) {
        return sender;
      }
    } catch (AddressException e) {
      // Falls through to the exception below.
    }
    throw new OperatorException("--mail-from " + from + " is not an email address");
  }

  /** Sets the name for EHLO and for the ids of messages, which is otherwise often localhost. */
  private static void introduce(jakarta.mail.Session smtp, String domain) {
    Properties properties = smtp.getProperties();
    String protocol = properties.getProperty("mail.transport.protocol");
    properties.setProperty("mail." + protocol + ".localhost", domain);
    properties.setProperty("mail.from", "no-reply@" + domain);
  }

  /**
   * Sends a plain text message. Each connect, read and write blocks for up to 10 seconds. The
   * caller counts failures, because it knows whether it sends the message again.
   */
  public void send(String to, String subject, String text) throws MailFailedException {
    if (smtp == null) {
      count(Outcome.PRINTED);
      LOG.info(
          "NO SMTP SERVER IS CONFIGURED (--smtp). This email is printed to the log, not sent:\n"
              + "  To: {}\n  Subject: {}\n\n{}",
          to,
          subject,
          text.indent(2));
      return;
    }
    try {
      sendTo(smtp, to, subject, text);
      count(Outcome.SENT);
    } catch (MessagingException e) {
      throw new MailFailedException(e);
    }
  }

  /** Counts the outcome of a message. */
  public void count(Outcome outcome) {
    outcomes.accept(outcome);
  }

  private void sendTo(jakarta.mail.Session server, String to, String subject, String text)
      throws MessagingException {
    String recipient = EmailAddress.withAsciiDomain(to);
    if (!EmailAddress.isDeliverable(recipient)) {
      // Earlier versions accepted such addresses.
      throw new AddressException("The address has characters other than ASCII before the @");
    }
    MimeMessage message = new MimeMessage(server);
    message.setFrom(from);
    message.setRecipient(Message.RecipientType.TO, new InternetAddress(recipient));
    message.setSubject(subject, StandardCharsets.UTF_8.name());
    message.setText(text, StandardCharsets.UTF_8.name());
    message.setSentDate(Date.from(clock.instant()));
    // Suppresses out-of-office replies (RFC 3834 §2).
    message.setHeader("Auto-Submitted", "auto-generated");
    Transport.send(message);
  }

  private static jakarta.mail.Session session(String server) {
    Matcher parts = SERVER.matcher(server);
    if (!parts.matches()
        || (parts.group("port") != null && Integer.parseInt(parts.group("port")) > 65_535)) {
      throw malformed();
    }
    String protocol = parts.group("protocol");
    String host = Objects.requireNonNullElse(parts.group("ipv6"), parts.group("host"));
    Properties properties = new Properties();
    properties.setProperty("mail.transport.protocol", protocol);
    properties.setProperty("mail.transport.protocol.rfc822", protocol);
    String start = "mail." + protocol + ".";
    properties.setProperty(start + "host", host);
    if (parts.group("port") != null) {
      properties.setProperty(start + "port", parts.group("port"));
    }
    properties.setProperty(start + "connectiontimeout", TIMEOUT_MILLIS);
    properties.setProperty(start + "timeout", TIMEOUT_MILLIS);
    properties.setProperty(start + "writetimeout", TIMEOUT_MILLIS);
    properties.setProperty(start + "ssl.checkserveridentity", "true");
    properties.setProperty(start + "starttls.enable", "true");
    String login = parts.group("login");
    if (login == null) {
      return jakarta.mail.Session.getInstance(properties);
    }
    if (!PERCENT_ENCODED.matcher(login).matches()) {
      throw new OperatorException(
          "--smtp has a user or a password with white space or one of / ? # @ %; percent-encode"
              + " these characters: %2F %3F %23 %40 %25");
    }
    int colon = login.indexOf(':');
    if (colon < 1) {
      throw malformed();
    }
    properties.setProperty(
        start + "starttls.required", Boolean.toString(!LOCAL.matcher(host).matches()));
    properties.setProperty(start + "auth", "true");
    PasswordAuthentication credentials =
        new PasswordAuthentication(
            decode(login.substring(0, colon)), decode(login.substring(colon + 1)));
    return jakarta.mail.Session.getInstance(
        properties,
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            return credentials;
          }
        });
  }

  private static String decode(String percentEncoded) {
    return URLDecoder.decode(percentEncoded.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static OperatorException malformed() {
    return new OperatorException("--smtp must be smtp://[user:password@]host:port, or smtps://");
  }
}
