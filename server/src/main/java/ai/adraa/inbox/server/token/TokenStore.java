package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.secret.Secret;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Stores API tokens. Reads the database on every verification, without a cache, so that a
 * revocation takes effect immediately. Thread-safe.
 */
public final class TokenStore {
  /**
   * The last token of a page. Lists are ordered by both values, descending.
   *
   * @param createdAt milliseconds since the epoch
   */
  record Position(long createdAt, String id) {}

  /** A token and its workspace. */
  public record Located(Token token, String workspaceId, String workspaceName) {}

  private static final String SELECT =
      """
      SELECT t.id, t.name, t.prefix, t.created_at, t.last_used_at, t.revoked_at,
        c.id AS creator_id, c.nickname AS creator, r.id AS revoker_id, r.nickname AS revoker
      FROM api_token t
      JOIN agent c ON c.id = t.created_by
      LEFT JOIN agent r ON r.id = t.revoked_by
      """;

  private static final String FIND_ACTIVE =
      """
      /* TokenStore.findActive */
      SELECT CASE WHEN t.secret_hash = ? AND w.id = t.workspace_id THEN t.revoked_at IS NULL END,
        t.id, t.name, w.id, w.name
      FROM api_token t JOIN workspace w
      """;

  private static final RowMapper<Token> TOKEN =
      (row, context) ->
          new Token(
              row.getString("id"),
              row.getString("name"),
              row.getString("prefix"),
              Instant.ofEpochMilli(row.getLong("created_at")),
              new Token.Actor(row.getString("creator_id"), row.getString("creator")),
              instant(row, "last_used_at"),
              revocation(row));

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
                  INSERT INTO api_token
                    (id, workspace_id, name, prefix, secret_hash, created_at, created_by)
                  SELECT :id, :workspace, :name, :prefix, :hash, :createdAt, :createdBy
                  WHERE %s
                  """
                          .formatted(permitted(admin)))
                  .bindMap(session(admin))
                  .bind("id", token.id())
                  .bind("workspace", workspaceId)
                  .bind("name", token.name())
                  .bind("prefix", token.prefix())
                  .bind("hash", secretHash)
                  .bind("createdAt", token.createdAt().toEpochMilli())
                  .bind("createdBy", token.createdBy().id())
                  .execute();
          if (inserted == 0) {
            throw refusal(handle, admin);
          }
          AuditStore.record(
              handle,
              AuditEvent.of(token.createdAt(), AuditEvent.Action.TOKEN_CREATED, admin.source())
                  .inWorkspace(workspaceId)
                  .onToken(token.id()));
          return null;
        });
  }

  /**
   * Returns the active token with this secret; empty if it is unknown or revoked. Always reads the
   * database. Compares the row with the requested hash, because a damaged index may point to a
   * different row.
   *
   * @param secretHash the SHA-256 of the secret
   */
  public Optional<Token.Verified> findActive(byte[] secretHash) {
    return database
        .lookUp(
            findActive,
            row -> {
              boolean active = row.getBoolean(1);
              if (row.wasNull()) {
                throw database.damaged("An index points to a different token or workspace");
              }
              return active
                  ? Optional.of(
                      new Token.Verified(
                          row.getString(2), row.getString(3), row.getString(4), row.getString(5)))
                  : Optional.<Token.Verified>empty();
            },
            secretHash,
            secretHash)
        .flatMap(Function.identity());
  }

  /** Returns a token; empty if it does not exist in this workspace. */
  public Optional<Token> find(String workspaceId, String tokenId) {
    return database.read(handle -> find(handle, workspaceId, tokenId));
  }

  /**
   * Returns the tokens, active or revoked, with this id, prefix or secret. Only a prefix can belong
   * to several.
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
                        .formatted(SELECT, condition))
                .bind("workspace", workspaceId.orElse(null))
                .bind("hash", reference.hash())
                .bind("text", reference.reveal())
                .map(
                    (row, context) ->
                        new Located(
                            TOKEN.map(row, context),
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
                      UPDATE api_token SET revoked_at = :at, revoked_by = :agent
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
          } else if (!isPermitted(handle, workspaceId, admin)) {
            throw refusal(handle, admin);
          }
          return find(handle, workspaceId, tokenId);
        });
  }

  /**
   * Returns tokens of a workspace, newest first.
   *
   * @param status null for tokens of any status
   * @param after the position after which to start; null to start with the newest token
   * @param limit the most tokens to return
   */
  public List<Token> list(
      String workspaceId, Token.@Nullable Status status, @Nullable Position after, int limit) {
    String ofStatus =
        status == null
            ? ""
            : status == Token.Status.ACTIVE
                ? "AND t.revoked_at IS NULL"
                : "AND t.revoked_at IS NOT NULL";
    String following = after == null ? "" : "AND (t.created_at, t.id) < (:createdAt, :id)";
    return database.read(
        handle ->
            handle
                .createQuery(
                    """
                    /* TokenStore.list */
                    %s
                    WHERE t.workspace_id = :workspace %s %s
                    ORDER BY t.created_at DESC, t.id DESC LIMIT :limit
                    """
                        .formatted(SELECT, ofStatus, following))
                .bind("workspace", workspaceId)
                .bindMap(
                    after == null
                        ? Map.of()
                        : Map.of("createdAt", after.createdAt(), "id", after.id()))
                .bind("limit", limit)
                .map(TOKEN)
                .list());
  }

  /**
   * Writes when tokens were last used, in one transaction. Never replaces a later time by an
   * earlier one. A crash can lose the write.
   *
   * @param lastUsed by token id
   */
  public void updateLastUsed(Map<String, Instant> lastUsed) {
    database.writeLazily(
        handle -> {
          PreparedBatch batch =
              handle.prepareBatch(
                  """
                  /* TokenStore.updateLastUsed */
                  UPDATE api_token SET last_used_at = :at
                  WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)
                  """);
          lastUsed.forEach((id, at) -> batch.bind("id", id).bind("at", at.toEpochMilli()).add());
          return batch.execute();
        });
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

  private static Optional<Token> find(Handle handle, String workspaceId, String tokenId) {
    return handle
        .createQuery(
            """
            /* TokenStore.find */
            %s
            WHERE t.id = :id AND t.workspace_id = :workspace
            """
                .formatted(SELECT))
        .bind("id", tokenId)
        .bind("workspace", workspaceId)
        .map(TOKEN)
        .findOne();
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  private static Optional<Token.Revocation> revocation(ResultSet row) throws SQLException {
    Token.Actor revoker = new Token.Actor(row.getString("revoker_id"), row.getString("revoker"));
    return instant(row, "revoked_at").map(at -> new Token.Revocation(at, revoker));
  }
}
