package ai.adraa.inbox.server.mail;

import java.time.Instant;

/**
 * A mail to an admin of a workspace that waits to be sent.
 *
 * @param email the admin's address now, not when the mail was stored
 * @param attempts how often it was tried to send the mail, with the current attempt
 */
record OutgoingMail(
    String id,
    String agentId,
    String email,
    String nickname,
    String subject,
    String text,
    Instant createdAt,
    int attempts) {}
