package ai.adraa.inbox.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens to list, in which order, and where to start. Immutable: each method returns a new
 * query. Null removes a condition.
 *
 * <pre>{@code
 * TokenQuery.all().status(TokenStatusFilter.ACTIVE).unusedSince(threeMonthsAgo)
 * }</pre>
 */
public final class TokenQuery {
  private static final TokenQuery ALL = new TokenQuery(null, null, null, null, null, null);

  final @Nullable TokenStatusFilter status;
  final @Nullable String text;
  final @Nullable Instant unusedSince;
  final @Nullable TokenSort sort;
  final @Nullable Integer limit;
  final @Nullable String cursor;

  private TokenQuery(
      @Nullable TokenStatusFilter status,
      @Nullable String text,
      @Nullable Instant unusedSince,
      @Nullable TokenSort sort,
      @Nullable Integer limit,
      @Nullable String cursor) {
    this.status = status;
    this.text = text;
    this.unusedSince = unusedSince;
    this.sort = sort;
    this.limit = limit;
    this.cursor = cursor;
  }

  /** Returns the query for all tokens, newest first. */
  public static TokenQuery all() {
    return ALL;
  }

  /** Selects the tokens with this status. */
  public TokenQuery status(@Nullable TokenStatusFilter status) {
    return new TokenQuery(status, text, unusedSince, sort, limit, cursor);
  }

  /**
   * Selects the tokens whose name contains the text, whose prefix begins with it, or whose id it
   * is. Letter case is ignored.
   *
   * @param text at most 100 characters; never a whole secret, because URLs are often logged
   */
  public TokenQuery text(@Nullable String text) {
    return new TokenQuery(status, text, unusedSince, sort, limit, cursor);
  }

  /** Selects the tokens that were created before this time and have not been used since then. */
  public TokenQuery unusedSince(@Nullable Instant time) {
    return new TokenQuery(status, text, time, sort, limit, cursor);
  }

  /** Sets the order. The default is {@link TokenSort#NEWEST_FIRST}. */
  public TokenQuery sort(@Nullable TokenSort sort) {
    return new TokenQuery(status, text, unusedSince, sort, limit, cursor);
  }

  /** Sets the maximum number of tokens on a page, 1 to 100. */
  public TokenQuery limit(int limit) {
    return new TokenQuery(status, text, unusedSince, sort, limit, cursor);
  }

  /**
   * Starts at a later page.
   *
   * @param cursor the {@code nextCursor} of the page before, from a query with the same other
   *     values
   */
  public TokenQuery cursor(@Nullable String cursor) {
    return new TokenQuery(status, text, unusedSince, sort, limit, cursor);
  }
}
