package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.mail.EmailAddress;
import ai.adraa.inbox.server.secret.Secret;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Stores the hashes of sign-in codes and session ids. Thread-safe. */
public final class SignInStore {
  private static final int TRIES = 5;

  /** A stored code, and the agent who has its email, if any. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  private record StoredCode(Optional<String> agentId, byte[] salt, byte[] hash) {}

  private static final String FIND =
      """
      /* SignInStore.find */
      SELECT s.id_hash, s.created_at, s.last_used_at, a.id, a.email, a.nickname
      FROM session s JOIN agent a ON a.id = s.agent_id
      """;

  private final Database database;
  private final String find;

  public SignInStore(Database database) {
    this.database = database;
    // SQLite must look the row up by rowid. Otherwise it takes the hash from the index, and
    // session() cannot detect a damaged index.
    this.find =
        FIND
            + database.sql(
                "WHERE s.rowid = (SELECT rowid FROM session WHERE id_hash = ?)",
                "WHERE s.id_hash = ?");
  }

  /**
   * Stores a code for an email in place of any earlier one, and deletes all expired codes.
   *
   * @param email as returned by {@link EmailAddress#canonical}; need not belong to an agent
   */
  public void replaceCode(String email, Secret code, Instant now, Instant expiresAt) {
    byte[] salt = Secret.randomBytes(16);
    database.write(
        handle -> {
          forgetExpiredCodes(handle, now);
          return handle
              .createUpdate(
                  """
                  /* SignInStore.replaceCode */
                  INSERT INTO sign_in_code (email_hash, salt, code_hash, expires_at, tries)
                  VALUES (:email, :salt, :hash, :expiresAt, 0)
                  ON CONFLICT (email_hash) DO UPDATE SET salt = excluded.salt,
                    code_hash = excluded.code_hash, expires_at = excluded.expires_at, tries = 0
                  """)
              .bind("email", emailHash(email))
              .bind("salt", salt)
              .bind("hash", code.hash(salt))
              .bind("expiresAt", expiresAt.toEpochMilli())
              .execute();
        });
  }

  /**
   * Uses up one of the 5 tries of an email's code and, if the code is right, deletes it. The work,
   * and so the time it takes, is the same whether or not an agent has the email. A code that
   * expires later than now plus its lifetime was created before the clock was set back; it is
   * refused.
   *
   * @param email as returned by {@link EmailAddress#canonical}
   * @param lifetime how long a code is valid
   * @return the id of the agent who signed in; empty if the code is wrong, used, expired or was
   *     tried too often
   */
  public Optional<String> useCode(
      String email, Secret code, Instant now, Duration lifetime, AuditEvent.Source source) {
    return database.write(
        handle -> {
          Optional<StoredCode> tried =
              handle
                  .createQuery(
                      """
                      /* SignInStore.useCode: the row's lock lets each try count, in any node */
                      UPDATE sign_in_code SET tries = tries + 1
                      WHERE email_hash = :hash
                        AND tries < :tries AND expires_at > :now AND expires_at <= :latest
                      RETURNING salt, code_hash,
                        (SELECT id FROM agent WHERE email IN (:email, :unicode)
                          ORDER BY email = :email DESC LIMIT 1) AS agent_id
                      """)
                  .bind("hash", emailHash(email))
                  .bindMap(EmailAddress.parameters(email))
                  .bind("tries", TRIES)
                  .bind("now", now.toEpochMilli())
                  .bind("latest", now.plus(lifetime).toEpochMilli())
                  .map(
                      (row, context) ->
                          new StoredCode(
                              Optional.ofNullable(row.getString("agent_id")),
                              row.getBytes("salt"),
                              row.getBytes("code_hash")))
                  .findOne();
          Optional<StoredCode> stored =
              tried.filter(found -> MessageDigest.isEqual(found.hash(), code.hash(found.salt())));
          if (stored.isPresent()) {
            handle
                .createUpdate(
                    """
                    /* SignInStore.useCode */
                    DELETE FROM sign_in_code WHERE email_hash = :hash
                    """)
                .bind("hash", emailHash(email))
                .execute();
          } else if (tried.isPresent()) {
            // Records only tries of a live code. Their number is limited, so that callers cannot
            // flood the audit trail.
            recordFailure(handle, tried.get().agentId(), now, source);
          }
          return stored.flatMap(StoredCode::agentId);
        });
  }

  /**
   * Records a failed try. For an email without an agent, writes the event and rolls it back, so
   * that the time does not reveal whether an agent has the email.
   */
  private static void recordFailure(
      Handle handle, Optional<String> agentId, Instant now, AuditEvent.Source source) {
    handle.savepoint("failure");
    AuditStore.record(
        handle,
        AuditEvent.of(now, AuditEvent.Action.SIGN_IN_FAILED, source)
            .onMember(agentId.orElse("nobody")));
    if (agentId.isEmpty()) {
      handle.rollbackToSavepoint("failure");
    } else {
      handle.release("failure");
    }
  }

  /**
   * Creates a session and deletes all expired ones.
   *
   * @param id the new session's id; only its hash is stored
   * @param current the ids of the browser's earlier sessions, which end
   */
  public AgentSession createSession(
      String agentId, Secret id, List<Secret> current, Instant now, AuditEvent.Source source) {
    return database.write(
        handle -> {
          forgetExpired(handle, now);
          current.forEach(ended -> deleteSession(handle, ended.hash()));
          handle
              .createUpdate(
                  """
                  /* SignInStore.createSession */
                  INSERT INTO session (id_hash, agent_id, created_at, last_used_at)
                  VALUES (:hash, :agent, :now, :now)
                  """)
              .bind("hash", id.hash())
              .bind("agent", agentId)
              .bind("now", now.toEpochMilli())
              .execute();
          AuditEvent event = AuditEvent.of(now, AuditEvent.Action.SIGN_IN, source.by(agentId));
          AuditStore.record(
              handle, id.isWellFormedBearerSession() ? event.with("bearer secret") : event);
          return handle
              .createQuery(find)
              .bind(0, id.hash())
              .map((row, context) -> session(row, id.hash()))
              .one();
        });
  }

  /** Returns the session with this id, even if it has expired. */
  public Optional<AgentSession> findSession(Secret id) {
    byte[] hash = id.hash();
    return database.lookUp(find, row -> session(row, hash), hash);
  }

  /**
   * Writes when sessions were last used, in one transaction. Never replaces a later time by an
   * earlier one. A crash can lose the write.
   *
   * @param lastUsed by the hash of the session's id in hexadecimal
   */
  public void updateLastUsed(Map<String, Instant> lastUsed) {
    database.writeLazily(
        handle -> {
          PreparedBatch batch =
              handle.prepareBatch(
                  """
                  /* SignInStore.updateLastUsed */
                  UPDATE session SET last_used_at = :at
                  WHERE id_hash = :hash AND last_used_at < :at
                  """);
          lastUsed.forEach(
              (hash, at) ->
                  batch
                      .bind("hash", HexFormat.of().parseHex(hash))
                      .bind("at", at.toEpochMilli())
                      .add());
          return batch.execute();
        });
  }

  /**
   * Deletes a session, and those with the ids in {@code sent}. Records signing out in the audit
   * trail if the session still existed.
   */
  public void deleteSession(
      AgentSession session, List<Secret> sent, Instant now, AuditEvent.Source source) {
    database.write(
        handle -> {
          if (deleteSession(handle, session.idHash()) > 0) {
            AuditStore.record(
                handle,
                AuditEvent.of(now, AuditEvent.Action.SIGN_OUT, source.by(session.agent().id())));
          }
          sent.forEach(id -> deleteSession(handle, id.hash()));
          return null;
        });
  }

  private static int deleteSession(Handle handle, byte[] idHash) {
    return handle
        .createUpdate("/* SignInStore.deleteSession */ DELETE FROM session WHERE id_hash = :hash")
        .bind("hash", idHash)
        .execute();
  }

  /**
   * Deletes all sessions of an agent, in the transaction that removes or demotes the agent.
   *
   * @return the number of deleted sessions
   */
  static int deleteSessions(Handle handle, String agentId) {
    return handle
        .createUpdate(
            "/* SignInStore.deleteSessions */ DELETE FROM session WHERE agent_id = :agent")
        .bind("agent", agentId)
        .execute();
  }

  private static void forgetExpired(Handle handle, Instant now) {
    handle
        .createUpdate(
            """
            /* SignInStore.forgetExpired */
            DELETE FROM session WHERE created_at <= :tooOld OR last_used_at <= :tooIdle
            """)
        .bind("tooOld", before(now, AgentSession.LIFETIME))
        .bind("tooIdle", before(now, AgentSession.IDLE))
        .execute();
  }

  private static void forgetExpiredCodes(Handle handle, Instant now) {
    handle
        .createUpdate(
            """
            /* SignInStore.forgetExpiredCodes */
            DELETE FROM sign_in_code WHERE expires_at <= :now
            """)
        .bind("now", now.toEpochMilli())
        .execute();
  }

  private static byte[] emailHash(String email) {
    return new Secret(email).hash();
  }

  private AgentSession session(ResultSet row, byte[] idHash) throws SQLException {
    byte[] found = row.getBytes("id_hash");
    if (!MessageDigest.isEqual(idHash, found)) {
      throw database.damaged("An index points to a different session");
    }
    return new AgentSession(
        found,
        new Agent(row.getString("id"), row.getString("email"), row.getString("nickname")),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("last_used_at")));
  }

  private static long before(Instant now, Duration duration) {
    return now.minus(duration).toEpochMilli();
  }
}
