package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.text.SearchKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Lists and finds the tokens of a workspace, page by page. Thread-safe. */
public final class TokenList {
  /** Up to this number, tokens are counted. */
  public static final int MOST_COUNTED = 1_000;

  /**
   * One page of a list.
   *
   * @param nextCursor the cursor of the next page; empty on the last page
   * @param total how many tokens all pages have; {@link #MOST_COUNTED} if there are more
   * @param totalIsCapped true if there are more
   */
  public record Page(
      List<Token> tokens, Optional<String> nextCursor, int total, boolean totalIsCapped) {}

  /**
   * The last token of a page. A page starts after it, so that the last page takes no longer than
   * the first.
   *
   * @param value what the list is ordered by: a text or a number
   */
  private record Position(Object value, String id) {
    // The order, unless it is newest first; the value; the token's id, a cuid.
    private static final Pattern TEXT =
        Pattern.compile("(?:([-A-Za-z]+):)?(.*)\\.(c[a-z0-9]{24})", Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    static Position of(String cursor, TokenQuery.Sort sort) {
      Matcher text =
          TEXT.matcher(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
      if (!text.matches()) {
        throw new IllegalArgumentException("The cursor is malformed");
      }
      String value = text.group(2);
      // PostgreSQL cannot compare text with this character.
      if (value.indexOf('\0') >= 0
          || !sort.toString().equals(text.group(1) == null ? "-createdAt" : text.group(1))
          || !(sort.isText()
              || NUMBER.matcher(value).matches()
              || (value.equals("-1") && sort.isOfUse()))) {
        throw new IllegalArgumentException("The cursor is not of this list");
      }
      return new Position(sort.isText() ? value : (Object) Long.valueOf(value), text.group(3));
    }

    String cursor(TokenQuery.Sort sort) {
      String order = sort == TokenQuery.Sort.NEWEST_FIRST ? "" : sort + ":";
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString((order + value + "." + id).getBytes(StandardCharsets.UTF_8));
    }
  }

  private final Database database;

  public TokenList(Database database) {
    this.database = database;
  }

  /** Returns all tokens that the query selects. */
  public List<Token> all(String workspaceId, TokenQuery query, Instant now) {
    return database.read(handle -> tokens(handle, workspaceId, query, now, null, -1));
  }

  /**
   * Returns one page of the tokens that the query selects.
   *
   * @param limit the most tokens to return
   * @param cursor the {@code nextCursor} of the previous page; null for the first page
   * @throws IllegalArgumentException if the cursor is malformed or of another order
   */
  Page page(String workspaceId, TokenQuery query, Instant now, int limit, @Nullable String cursor) {
    Position after = cursor == null ? null : Position.of(cursor, query.sort());
    return database.read(
        handle -> {
          // One more than the limit shows whether another page follows.
          List<Token> tokens = tokens(handle, workspaceId, query, now, after, limit + 1);
          int total = count(handle, workspaceId, query, now);
          boolean isLast = tokens.size() <= limit;
          return new Page(
              isLast ? tokens : tokens.subList(0, limit),
              isLast
                  ? Optional.empty()
                  : Optional.of(position(tokens.get(limit - 1), query.sort()).cursor(query.sort())),
              Math.min(total, MOST_COUNTED),
              total > MOST_COUNTED);
        });
  }

  private List<Token> tokens(
      Handle handle,
      String workspaceId,
      TokenQuery query,
      Instant now,
      @Nullable Position after,
      int limit) {
    Map<String, Object> values = new HashMap<>();
    List<String> conditions = conditions(workspaceId, query, now, values);
    TokenQuery.Sort sort = query.sort();
    String direction = sort.isDescending() ? "DESC" : "ASC";
    if (after != null) {
      conditions.add(
          "(%s, t.id) %s (:value, :after)"
              .formatted(sort.column(), sort.isDescending() ? "<" : ">"));
      values.put("value", after.value());
      values.put("after", after.id());
    }
    String most = "";
    if (limit >= 0) {
      most = "LIMIT :limit";
      values.put("limit", limit);
    }
    return handle
        .createQuery(
            """
            /* TokenList.tokens */
            %s
            WHERE %s
            ORDER BY %s %s, t.id %4$s %s
            """
                .formatted(
                    TokenRow.SELECT,
                    String.join(" AND ", conditions),
                    sort.column(),
                    direction,
                    most))
        .bindMap(values)
        .map(TokenRow.TOKEN)
        .list();
  }

  private int count(Handle handle, String workspaceId, TokenQuery query, Instant now) {
    Map<String, Object> values = new HashMap<>();
    List<String> conditions = conditions(workspaceId, query, now, values);
    return handle
        .createQuery(
            """
            /* TokenList.count */
            SELECT count(*) FROM (SELECT 1 FROM api_token t WHERE %s LIMIT :most) counted
            """
                .formatted(String.join(" AND ", conditions)))
        .bindMap(values)
        .bind("most", MOST_COUNTED + 1)
        .mapTo(Integer.class)
        .one();
  }

  private List<String> conditions(
      String workspaceId, TokenQuery query, Instant now, Map<String, Object> values) {
    List<String> conditions = new ArrayList<>();
    conditions.add("t.workspace_id = :workspace");
    values.put("workspace", workspaceId);
    query
        .status()
        .ifPresent(
            status -> {
              conditions.add(
                  switch (status) {
                    case REVOKED -> "t.revoked_at IS NOT NULL";
                    case ACTIVE ->
                        "t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :now)";
                    case EXPIRED -> "t.revoked_at IS NULL AND t.expires_at <= :now";
                  });
              if (status != Token.Status.REVOKED) {
                values.put("now", now.toEpochMilli());
              }
            });
    query
        .text()
        .ifPresent(
            text -> {
              conditions.add(
                  """
                  (%s OR t.prefix = :lower OR substr(t.prefix, 1, length(:lower)) = :lower
                    OR t.id = :lower)
                  """
                      .formatted(
                          database.sql(
                              "instr(t.name_key, :key) > 0", "strpos(t.name_key, :key) > 0")));
              values.put("key", SearchKey.of(text));
              values.put("lower", text.toLowerCase(Locale.ROOT));
            });
    query
        .unusedSince()
        .ifPresent(
            since -> {
              conditions.add(
                  "t.created_at < :since AND coalesce(t.last_used_at, t.created_at) < :since");
              values.put("since", since.toEpochMilli());
            });
    return conditions;
  }

  private static Position position(Token token, TokenQuery.Sort sort) {
    return new Position(
        switch (sort) {
          case NEWEST_FIRST -> (Object) token.createdAt().toEpochMilli();
          case BY_NAME -> SearchKey.of(token.name());
          case LAST_USED_FIRST, LONGEST_UNUSED_FIRST ->
              token.lastUse().map(use -> use.at().toEpochMilli()).orElse(-1L);
        },
        token.id());
  }
}
