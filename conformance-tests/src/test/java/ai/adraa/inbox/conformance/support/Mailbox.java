package ai.adraa.inbox.conformance.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A mail server on a free port that keeps each mail it receives. */
public final class Mailbox implements AutoCloseable {
  private static final Pattern CODE = Pattern.compile("(?m)^ +([0-9]{6})\\s*$");

  private final GreenMail server;

  private Mailbox(String address) {
    server = new GreenMail(new ServerSetup(0, address, ServerSetup.PROTOCOL_SMTP));
  }

  /** Starts a mail server that accepts mail from anyone. */
  public static Mailbox start() {
    Mailbox mailbox = new Mailbox("127.0.0.1");
    mailbox.server.start();
    return mailbox;
  }

  /** Starts a mail server that has a user with this password. */
  public static Mailbox start(String user, String password) {
    return start("127.0.0.1", user, password);
  }

  /** As {@link #start(String, String)}, on another address of this machine. */
  public static Mailbox start(String address, String user, String password) {
    Mailbox mailbox = new Mailbox(address);
    mailbox.server.setUser(user, password);
    mailbox.server.start();
    return mailbox;
  }

  public int port() {
    return server.getSmtp().getPort();
  }

  /** The mails to addresses of this domain. */
  public MimeMessage[] mailsTo(String domain) {
    return server.getReceivedMessagesForDomain(domain);
  }

  /** The mails to addresses of this domain with this in their subjects. */
  public List<MimeMessage> mailsTo(String domain, String subject) {
    List<MimeMessage> mails = new ArrayList<>();
    for (MimeMessage mail : mailsTo(domain)) {
      try {
        if (mail.getSubject().contains(subject)) {
          mails.add(mail);
        }
      } catch (MessagingException e) {
        throw new IllegalStateException(e);
      }
    }
    return mails;
  }

  /** Sends the request, waits for the mail it causes, and returns the sign-in code in that mail. */
  public String codeMailedBy(Runnable request) {
    return codeMailedBy(request, () -> true);
  }

  /**
   * As {@link #codeMailedBy(Runnable)}, but fails as soon as no mail can arrive any more.
   *
   * @param canArrive false once no mail can arrive
   */
  public String codeMailedBy(Runnable request, BooleanSupplier canArrive) {
    int before = server.getReceivedMessages().length;
    request.run();
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> server.getReceivedMessages().length > before || !canArrive.getAsBoolean());
    MimeMessage[] mails = server.getReceivedMessages();
    assertThat(mails).as("mail arrived").hasSizeGreaterThan(before);
    Matcher code = CODE.matcher(GreenMailUtil.getBody(mails[mails.length - 1]));
    assertThat(code.find()).isTrue();
    return code.group(1);
  }

  @Override
  public void close() {
    server.stop();
  }
}
