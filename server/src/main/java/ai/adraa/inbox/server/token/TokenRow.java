package ai.adraa.inbox.server.token;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Reads a token from a row of the database. */
final class TokenRow {
  /** The start of a query for tokens, up to its WHERE clause. The token's table is {@code t}. */
  static final String SELECT =
      """
      SELECT t.id, t.name, t.description, t.prefix, t.created_at, t.expires_at, t.last_used_at,
        t.last_used_from, t.revoked_at, t.revoked_reason, t.replaces, t.name_key,
        c.id AS creator_id, c.nickname AS creator, r.id AS revoker_id, r.nickname AS revoker,
        (SELECT s.id FROM api_token s WHERE s.replaces = t.id
          ORDER BY s.created_at DESC, s.id DESC LIMIT 1) AS replaced_by
      FROM api_token t
      JOIN agent c ON c.id = t.created_by
      LEFT JOIN agent r ON r.id = t.revoked_by
      """;

  static final RowMapper<Token> TOKEN =
      (row, context) ->
          new Token(
              row.getString("id"),
              row.getString("name"),
              Optional.ofNullable(row.getString("description")),
              row.getString("prefix"),
              Instant.ofEpochMilli(row.getLong("created_at")),
              new Token.Actor(row.getString("creator_id"), row.getString("creator")),
              instant(row, "expires_at"),
              lastUse(row),
              revocation(row),
              Optional.ofNullable(row.getString("replaces")),
              Optional.ofNullable(row.getString("replaced_by")));

  private TokenRow() {}

  /** Returns a token; empty if it does not exist in this workspace. */
  static Optional<Token> find(Handle handle, String workspaceId, String tokenId) {
    return handle
        .createQuery(
            """
            /* TokenRow.find */
            %s
            WHERE t.id = :id AND t.workspace_id = :workspace
            """
                .formatted(SELECT))
        .bind("id", tokenId)
        .bind("workspace", workspaceId)
        .map(TOKEN)
        .findOne();
  }

  /** Returns the time in a column of milliseconds since the epoch; empty if it is NULL. */
  static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  private static Optional<Token.Use> lastUse(ResultSet row) throws SQLException {
    Optional<String> from = Optional.ofNullable(row.getString("last_used_from"));
    return instant(row, "last_used_at").map(at -> new Token.Use(at, from));
  }

  private static Optional<Token.Revocation> revocation(ResultSet row) throws SQLException {
    Optional<Token.Actor> by =
        Optional.ofNullable(row.getString("revoker_id")).isPresent()
            ? Optional.of(new Token.Actor(row.getString("revoker_id"), row.getString("revoker")))
            : Optional.empty();
    // Earlier versions stored no reason, because only admins could revoke.
    Token.Reason reason =
        Optional.ofNullable(row.getString("revoked_reason"))
            .map(text -> Token.Reason.valueOf(text.toUpperCase(Locale.ROOT)))
            .orElse(Token.Reason.ADMIN);
    return instant(row, "revoked_at").map(at -> new Token.Revocation(at, by, reason));
  }
}
