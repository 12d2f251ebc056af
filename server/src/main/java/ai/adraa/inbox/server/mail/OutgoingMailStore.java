package ai.adraa.inbox.server.mail;

import ai.adraa.inbox.server.database.Database;
import io.github.thibaultmeyer.cuid.CUID;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Stores mails to the admins of workspaces until they are sent. Thread-safe. */
public final class OutgoingMailStore {
  private static final int MOST_DUE = 100;
  // A day longer than a mail is tried.
  private static final Duration OLDEST = Duration.ofDays(OutgoingMailSender.DAYS + 1L);

  private final Database database;

  public OutgoingMailStore(Database database) {
    this.database = database;
  }

  /**
   * Adds a mail to each admin of a workspace, in the transaction of the change that it is about, so
   * that neither is ever stored without the other.
   *
   * @param text plain text without a secret, a greeting or a link to the console
   * @return the number of mails
   */
  public static int addForAdmins(
      Handle handle, String workspaceId, String subject, String text, Instant now) {
    List<String> admins =
        handle
            .createQuery(
                """
                /* OutgoingMailStore.admins */
                SELECT agent_id FROM membership WHERE workspace_id = :workspace AND role = 'admin'
                """)
            .bind("workspace", workspaceId)
            .mapTo(String.class)
            .list();
    for (String admin : admins) {
      handle
          .createUpdate(
              """
              /* OutgoingMailStore.add */
              INSERT INTO outgoing_mail (id, agent_id, workspace_id, subject, text, created_at,
                due_at)
              VALUES (:id, :agent, :workspace, :subject, :text, :now, :now)
              """)
          .bind("id", CUID.randomCUID1().toString())
          .bind("agent", admin)
          .bind("workspace", workspaceId)
          .bind("subject", subject)
          .bind("text", text)
          .bind("now", now.toEpochMilli())
          .execute();
    }
    return admins.size();
  }

  /** Returns the ids of mails that are due, oldest first; not all if there are many. */
  List<String> due(Instant now) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    """
                    /* OutgoingMailStore.due */
                    SELECT id FROM outgoing_mail WHERE due_at <= :now
                    ORDER BY due_at, id LIMIT :most
                    """)
                .bind("now", now.toEpochMilli())
                .bind("most", MOST_DUE)
                .mapTo(String.class)
                .list());
  }

  /**
   * Takes a due mail, so that no other node sends it. If this node crashes, the mail is due again
   * at the end of the lease. Deletes the mail instead if its recipient is no longer an admin, or if
   * it is too old, as one of a restored backup may be.
   *
   * @param until the end of the lease
   * @return empty if another node has the mail, or if it was deleted
   */
  Optional<OutgoingMail> claim(String id, Instant now, Instant until) {
    return database.write(
        handle -> {
          int claimed =
              handle
                  .createUpdate(
                      """
                      /* OutgoingMailStore.claim */
                      UPDATE outgoing_mail SET due_at = :until, attempts = attempts + 1
                      WHERE id = :id AND due_at <= :now
                      """)
                  .bind("id", id)
                  .bind("now", now.toEpochMilli())
                  .bind("until", until.toEpochMilli())
                  .execute();
          if (claimed == 0) {
            return Optional.empty();
          }
          Optional<OutgoingMail> mail = find(handle, id, now);
          if (mail.isEmpty()) {
            delete(handle, id);
          }
          return mail;
        });
  }

  private static Optional<OutgoingMail> find(Handle handle, String id, Instant now) {
    return handle
        .createQuery(
            """
            /* OutgoingMailStore.find */
            SELECT o.id, o.agent_id, a.email, a.nickname, o.subject, o.text, o.created_at,
              o.attempts
            FROM outgoing_mail o
            JOIN agent a ON a.id = o.agent_id
            JOIN membership m ON m.agent_id = o.agent_id AND m.workspace_id = o.workspace_id
            WHERE o.id = :id AND m.role = 'admin' AND o.created_at > :oldest
            """)
        .bind("id", id)
        .bind("oldest", now.minus(OLDEST).toEpochMilli())
        .map(
            (row, context) ->
                new OutgoingMail(
                    row.getString("id"),
                    row.getString("agent_id"),
                    row.getString("email"),
                    row.getString("nickname"),
                    row.getString("subject"),
                    row.getString("text"),
                    Instant.ofEpochMilli(row.getLong("created_at")),
                    row.getInt("attempts")))
        .findOne();
  }

  /** Sets when the mail is tried again. */
  void defer(String id, Instant until) {
    database.write(
        handle ->
            handle
                .createUpdate(
                    """
                    /* OutgoingMailStore.defer */
                    UPDATE outgoing_mail SET due_at = :until WHERE id = :id
                    """)
                .bind("id", id)
                .bind("until", until.toEpochMilli())
                .execute());
  }

  /** Deletes a mail that was sent or given up. */
  void delete(String id) {
    database.write(handle -> delete(handle, id));
  }

  private static int delete(Handle handle, String id) {
    return handle
        .createUpdate("/* OutgoingMailStore.delete */ DELETE FROM outgoing_mail WHERE id = :id")
        .bind("id", id)
        .execute();
  }
}
