package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.text.SearchKey;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Stores API tokens. Reads the database on every verification, without a cache, so that a
 * revocation takes effect immediately. Thread-safe.
 */
public final class TokenStore {
  /** A token and its workspace. */
  public record Located(Token token, String workspaceId, String workspaceName) {}

  // One column says both whether and until when the token is active, because each more costs time:
  // NULL for a row that does not match, 0 for a token that is not active, 1 for one that does not
  // expire, or else the expiry.
  private static final String FIND_ACTIVE =
      """
      /* TokenStore.findActive */
      SELECT CASE WHEN t.secret_hash = ? AND w.id = t.workspace_id THEN
          CASE WHEN t.revoked_at IS NOT NULL THEN 0
            WHEN t.expires_at IS NULL THEN 1
            WHEN t.expires_at > ? THEN t.expires_at
            ELSE 0 END
        END,
        t.id, t.name, w.id, w.name
      FROM api_token t JOIN workspace w
      """;

  private final Database database;
  private final String findActive;

  public TokenStore(Database database) {
    this.database = database;
    // SQLite must look the rows up by rowid. Otherwise it takes the hash from the index, and
    // findActive cannot detect a damaged index.
    this.findActive =
        FIND_ACTIVE
            + database.sql(
                """
                ON w.rowid = (SELECT rowid FROM workspace WHERE id = t.workspace_id)
                WHERE t.rowid = (SELECT rowid FROM api_token WHERE secret_hash = ?)
                """,
                """
                ON w.id = t.workspace_id
                WHERE t.secret_hash = ?
                """);
  }

  /**
   * Stores a new token and records it in the audit trail.
   *
   * @throws NotPermittedException if the admin's session has ended or its agent is not an admin of
   *     the workspace
   */
  void insert(Token token, String workspaceId, byte[] secretHash, Admin admin) {
    database.write(
        handle -> {
          int inserted =
              handle
                  .createUpdate(
                      """
                      /* TokenStore.insert */
                      INSERT INTO api_token (id, workspace_id, name, name_key, description, prefix,
                        secret_hash, created_at, created_by, expires_at)
                      SELECT :id, :workspace, :name, :key, :description, :prefix,
                        :hash, :createdAt, :createdBy, :expiresAt
                      WHERE %s
                      """
                          .formatted(permitted(admin)))
                  .bindMap(session(admin))
                  .bind("id", token.id())
                  .bind("workspace", workspaceId)
                  .bind("name", token.name())
                  .bind("key", SearchKey.of(token.name()))
                  .bind("description", token.description().orElse(null))
                  .bind("prefix", token.prefix())
                  .bind("hash", secretHash)
                  .bind("createdAt", token.createdAt().toEpochMilli())
                  .bind("createdBy", token.createdBy().id())
                  .bind("expiresAt", token.expiresAt().map(Instant::toEpochMilli).orElse(null))
                  .execute();
          if (inserted == 0) {
            throw refusal(handle, admin);
          }
          AuditEvent created = created(token.id(), workspaceId, token.createdAt(), admin);
          AuditStore.record(
              handle,
              token.expiresAt().map(at -> created.with("expires at " + at)).orElse(created));
          return null;
        });
  }

  /**
   * Changes an active token and records the values before and after in the audit trail.
   *
   * @return the token after the change; empty if it does not exist in this workspace
   * @throws NotPermittedException as for {@link #insert}
   * @throws InvalidExpiryException if the new expiry is not in the next 10 years
   * @throws TokenNotActiveException if the token is revoked or expired
   */
  Optional<Token> update(
      String workspaceId, String tokenId, Token.Changes changes, Clock clock, Admin admin) {
    return database.write(
        handle -> {
          // Not before the transaction, which may have to wait: the token may expire meanwhile.
          Instant now = clock.instant();
          TokenService.requireExpiry("expiresAt", changes.expiresAt(), now);
          Optional<Token> found = TokenRow.find(handle, workspaceId, tokenId);
          int updated =
              found.isPresent() ? update(handle, workspaceId, found.get(), changes, now, admin) : 0;
          if (updated == 0) {
            requirePermitted(handle, workspaceId, admin);
            if (found.isPresent()) {
              throw new TokenNotActiveException();
            }
            return Optional.empty();
          }
          Token after = TokenRow.find(handle, workspaceId, tokenId).orElseThrow();
          String difference = difference(found.get(), after);
          if (!difference.isEmpty()) {
            AuditStore.record(
                handle,
                AuditEvent.of(now, AuditEvent.Action.TOKEN_CHANGED, admin.source())
                    .inWorkspace(workspaceId)
                    .onToken(tokenId)
                    .with(difference));
          }
          return Optional.of(after);
        });
  }

  private int update(
      Handle handle,
      String workspaceId,
      Token before,
      Token.Changes changes,
      Instant now,
      Admin admin) {
    String name = changes.name().orElse(before.name());
    Optional<Instant> expiresAt =
        changes.neverExpires() ? Optional.empty() : changes.expiresAt().or(before::expiresAt);
    return handle
        .createUpdate(
            """
            /* TokenStore.update */
            UPDATE api_token SET name = :name, name_key = :key, description = :description,
              expires_at = :expiresAt
            WHERE id = :id AND workspace_id = :workspace AND revoked_at IS NULL
              AND (expires_at IS NULL OR expires_at > :now)
              AND %s
            """
                .formatted(permitted(admin)))
        .bindMap(session(admin))
        .bind("name", name)
        .bind("key", SearchKey.of(name))
        .bind(
            "description",
            changes
                .description()
                .or(before::description)
                .filter(text -> !text.isEmpty())
                .orElse(null))
        .bind("expiresAt", expiresAt.map(Instant::toEpochMilli).orElse(null))
        .bind("id", before.id())
        .bind("workspace", workspaceId)
        .bind("now", now.toEpochMilli())
        .execute();
  }

  /** Returns what was changed, for people, such as {@code name from "CRM" to "ERP"}. */
  private static String difference(Token before, Token after) {
    return Stream.of(
            difference("name", quoted(before.name()), quoted(after.name())),
            difference(
                "description",
                before.description().map(TokenStore::quoted).orElse("none"),
                after.description().map(TokenStore::quoted).orElse("none")),
            difference(
                "expiry",
                before.expiresAt().map(Instant::toString).orElse("never"),
                after.expiresAt().map(Instant::toString).orElse("never")))
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining(", "));
  }

  private static String difference(String what, String before, String after) {
    return before.equals(after) ? "" : "%s from %s to %s".formatted(what, before, after);
  }

  private static String quoted(String text) {
    // Earlier versions accepted names with a secret.
    return "\"" + Secret.cutIn(text).replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /**
   * Stores a token that replaces another one, lets the other one expire if that is wanted, and
   * records both in the audit trail.
   *
   * @param secret the secret of the new token
   * @return the new token; empty if the old one does not exist in this workspace
   * @throws NotPermittedException as for {@link #insert}
   * @throws InvalidExpiryException if an expiry is not in the next 10 years
   * @throws TokenAlreadyReplacedException if the old one has a replacement that is not revoked
   */
  Optional<Token> replace(
      String workspaceId,
      String oldId,
      String newId,
      Token.Replacement replacement,
      Secret secret,
      Clock clock,
      Admin admin) {
    return database.write(
        handle -> {
          Instant now = clock.instant();
          TokenService.requireExpiry("expiresAt", replacement.expiresAt(), now);
          TokenService.requireExpiry("oldExpiresAt", replacement.oldExpiresAt(), now);
          if (insertReplacement(handle, workspaceId, oldId, newId, replacement, secret, now, admin)
              == 0) {
            requirePermitted(handle, workspaceId, admin);
            if (TokenRow.find(handle, workspaceId, oldId).isPresent()) {
              throw new TokenAlreadyReplacedException();
            }
            return Optional.empty();
          }
          String until =
              replacement.oldExpiresAt().isPresent()
                      && expireEarlier(handle, oldId, replacement.oldExpiresAt().get())
                  ? ", expires at " + replacement.oldExpiresAt().get()
                  : "";
          AuditStore.record(
              handle,
              AuditEvent.of(now, AuditEvent.Action.TOKEN_REPLACED, admin.source())
                  .inWorkspace(workspaceId)
                  .onToken(oldId)
                  .with("by " + newId + until));
          AuditStore.record(
              handle,
              created(newId, workspaceId, now, admin)
                  .with(
                      "replaces "
                          + oldId
                          + replacement.expiresAt().map(at -> ", expires at " + at).orElse("")));
          return TokenRow.find(handle, workspaceId, newId);
        });
  }

  /** Inserts nothing if a condition is not met; a unique index refuses a second replacement. */
  private int insertReplacement(
      Handle handle,
      String workspaceId,
      String oldId,
      String newId,
      Token.Replacement replacement,
      Secret secret,
      Instant now,
      Admin admin) {
    return handle
        .createUpdate(
            """
            /* TokenStore.insertReplacement */
            INSERT INTO api_token (id, workspace_id, name, name_key, description, prefix,
              secret_hash, created_at, created_by, expires_at, replaces)
            SELECT :newId, t.workspace_id, coalesce(:name, t.name), coalesce(:key, t.name_key),
              nullif(coalesce(:description, t.description), ''), :prefix,
              :hash, :now, :agent, :expiresAt, t.id
            FROM api_token t
            WHERE t.id = :oldId AND t.workspace_id = :workspace AND %s
            ON CONFLICT DO NOTHING
            """
                .formatted(permitted(admin)))
        .bindMap(session(admin))
        .bind("newId", newId)
        .bind("name", replacement.name().orElse(null))
        .bind("key", replacement.name().map(SearchKey::of).orElse(null))
        .bind("description", replacement.description().orElse(null))
        .bind("prefix", secret.prefix())
        .bind("hash", secret.hash())
        .bind("now", now.toEpochMilli())
        .bind("agent", admin.agent().id())
        .bind("expiresAt", replacement.expiresAt().map(Instant::toEpochMilli).orElse(null))
        .bind("oldId", oldId)
        .bind("workspace", workspaceId)
        .execute();
  }

  /** Never lets a token live longer, and never changes one that is revoked or expired. */
  private static boolean expireEarlier(Handle handle, String tokenId, Instant at) {
    return handle
            .createUpdate(
                """
                /* TokenStore.expireEarlier */
                UPDATE api_token SET expires_at = :at
                WHERE id = :id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :at)
                """)
            .bind("at", at.toEpochMilli())
            .bind("id", tokenId)
            .execute()
        > 0;
  }

  /**
   * Returns the active token with this secret; empty if it is unknown, revoked or expired. Always
   * reads the database. Compares the row with the requested hash, because a damaged index may point
   * to a different row.
   *
   * @param secretHash the SHA-256 of the secret
   * @param now compared with the expiry
   */
  public Optional<Token.Verified> findActive(byte[] secretHash, Instant now) {
    return database
        .lookUp(
            findActive,
            row -> {
              long activeUntil = row.getLong(1);
              if (row.wasNull()) {
                throw database.damaged("An index points to a different token or workspace");
              }
              return activeUntil > 0
                  ? Optional.of(
                      new Token.Verified(
                          row.getString(2),
                          row.getString(3),
                          row.getString(4),
                          row.getString(5),
                          activeUntil == 1
                              ? Optional.empty()
                              : Optional.of(Instant.ofEpochMilli(activeUntil))))
                  : Optional.<Token.Verified>empty();
            },
            secretHash,
            now.toEpochMilli(),
            secretHash)
        .flatMap(Function.identity());
  }

  /** Returns a token; empty if it does not exist in this workspace. */
  public Optional<Token> find(String workspaceId, String tokenId) {
    return database.read(handle -> TokenRow.find(handle, workspaceId, tokenId));
  }

  /**
   * Returns the tokens of any status with this id, prefix or secret. Only a prefix can belong to
   * several.
   *
   * @param workspaceId empty for all workspaces
   * @param reference a text that starts with {@code adraa_} is a prefix or a secret
   */
  public List<Located> locate(Optional<String> workspaceId, Secret reference) {
    String condition =
        reference.isWellFormedToken()
            ? "t.secret_hash = :hash"
            : reference.isPrefix() ? "t.prefix = :text" : "t.id = :text";
    return database.read(
        handle ->
            handle
                .createQuery(
                    """
                    /* TokenStore.locate */
                    SELECT found.*, w.id AS workspace_id, w.name AS workspace_name FROM (
                      %s
                      WHERE %s AND (:workspace IS NULL OR t.workspace_id = :workspace)
                    ) found
                    JOIN api_token a ON a.id = found.id
                    JOIN workspace w ON w.id = a.workspace_id
                    ORDER BY found.created_at, found.id
                    """
                        .formatted(TokenRow.SELECT, condition))
                .bind("workspace", workspaceId.orElse(null))
                .bind("hash", reference.hash())
                .bind("text", reference.reveal())
                .map(
                    (row, context) ->
                        new Located(
                            TokenRow.TOKEN.map(row, context),
                            row.getString("workspace_id"),
                            row.getString("workspace_name")))
                .list());
  }

  /**
   * Revokes a token and records it in the audit trail. Does nothing if the token is revoked
   * already. After this returns, {@link #findActive} does not find the token in any process.
   *
   * @return the token after the change; empty if it does not exist in this workspace
   * @throws NotPermittedException if the admin's session has ended or its agent is not an admin of
   *     the workspace
   */
  public Optional<Token> revoke(String workspaceId, String tokenId, Instant at, Admin admin) {
    return database.write(
        handle -> {
          int revoked =
              handle
                  .createUpdate(
                      """
                      /* TokenStore.revoke */
                      UPDATE api_token SET revoked_at = :at, revoked_by = :agent,
                        revoked_reason = CASE WHEN EXISTS (SELECT 1 FROM api_token s
                          WHERE s.replaces = api_token.id AND s.revoked_at IS NULL)
                          THEN 'replaced' ELSE 'admin' END
                      WHERE id = :id AND workspace_id = :workspace AND revoked_at IS NULL
                        AND %s
                      """
                          .formatted(permitted(admin)))
                  .bindMap(session(admin))
                  .bind("at", at.toEpochMilli())
                  .bind("agent", admin.agent().id())
                  .bind("id", tokenId)
                  .bind("workspace", workspaceId)
                  .execute();
          if (revoked > 0) {
            AuditStore.record(
                handle,
                AuditEvent.of(at, AuditEvent.Action.TOKEN_REVOKED, admin.source())
                    .inWorkspace(workspaceId)
                    .onToken(tokenId));
          } else {
            requirePermitted(handle, workspaceId, admin);
          }
          return TokenRow.find(handle, workspaceId, tokenId);
        });
  }

  /**
   * Revokes a token with its own secret and records it in the audit trail. Does nothing if the
   * token is revoked already.
   */
  void revokeOwn(Token.Verified token, Instant at, AuditEvent.Source source) {
    database.write(
        handle -> {
          int revoked =
              handle
                  .createUpdate(
                      """
                      /* TokenStore.revokeOwn */
                      UPDATE api_token SET revoked_at = :at, revoked_reason = 'self'
                      WHERE id = :id AND revoked_at IS NULL
                      """)
                  .bind("at", at.toEpochMilli())
                  .bind("id", token.id())
                  .execute();
          if (revoked > 0) {
            AuditStore.record(
                handle,
                AuditEvent.of(at, AuditEvent.Action.TOKEN_REVOKED, source)
                    .inWorkspace(token.workspaceId())
                    .onToken(token.id())
                    .with("with its own secret"));
          }
          return null;
        });
  }

  private static AuditEvent created(String tokenId, String workspaceId, Instant at, Admin admin) {
    return AuditEvent.of(at, AuditEvent.Action.TOKEN_CREATED, admin.source())
        .inWorkspace(workspaceId)
        .onToken(tokenId);
  }

  /**
   * Returns the SQL condition for an admin's change: the session still exists and its agent is an
   * admin of the workspace. The condition is part of the writing statement, because an earlier read
   * may be out of date. In PostgreSQL it also locks the rows: a transaction that removes or demotes
   * the admin waits for this one or makes it start again.
   */
  private String permitted(Admin admin) {
    return admin.session().isEmpty()
        ? "TRUE"
        : """
          EXISTS (
            SELECT 1 FROM membership m JOIN session s ON s.agent_id = m.agent_id
            WHERE m.workspace_id = :workspace AND m.role = 'admin' AND s.id_hash = :session %s)
          """
            .formatted(database.sql("", "FOR SHARE OF m FOR KEY SHARE OF s"));
  }

  private static Map<String, Object> session(Admin admin) {
    return admin
        .session()
        .<Map<String, Object>>map(idHash -> Map.of("session", idHash))
        .orElse(Map.of());
  }

  private void requirePermitted(Handle handle, String workspaceId, Admin admin) {
    if (!isPermitted(handle, workspaceId, admin)) {
      throw refusal(handle, admin);
    }
  }

  private boolean isPermitted(Handle handle, String workspaceId, Admin admin) {
    return admin.session().isEmpty()
        || handle
            .createQuery("/* TokenStore.isPermitted */ SELECT 1 WHERE " + permitted(admin))
            .bindMap(session(admin))
            .bind("workspace", workspaceId)
            .mapTo(Integer.class)
            .findOne()
            .isPresent();
  }

  private static NotPermittedException refusal(Handle handle, Admin admin) {
    boolean signedIn =
        handle
            .createQuery("/* TokenStore.refusal */ SELECT 1 FROM session WHERE id_hash = :session")
            .bindMap(session(admin))
            .mapTo(Integer.class)
            .findOne()
            .isPresent();
    return new NotPermittedException(
        signedIn
            ? NotPermittedException.Reason.NOT_ADMIN
            : NotPermittedException.Reason.SESSION_ENDED);
  }
}
