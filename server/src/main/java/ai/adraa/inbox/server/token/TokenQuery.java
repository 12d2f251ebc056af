package ai.adraa.inbox.server.token;

import java.time.Instant;
import java.util.Optional;

/**
 * Selects and orders tokens of a workspace.
 *
 * @param status empty for tokens of any status
 * @param text part of the name in any letter case, the start of the prefix, or the id; empty for
 *     all tokens
 * @param unusedSince only tokens that were created before this time and not used since; empty for
 *     all tokens
 */
public record TokenQuery(
    Optional<Token.Status> status,
    Optional<String> text,
    Optional<Instant> unusedSince,
    Sort sort) {
  /** Selects all tokens, newest first. */
  public static final TokenQuery ALL =
      new TokenQuery(Optional.empty(), Optional.empty(), Optional.empty(), Sort.NEWEST_FIRST);

  /** The order of a list. */
  public enum Sort {
    NEWEST_FIRST("-createdAt", "t.created_at", true),
    BY_NAME("name", "t.name_key", false),
    LAST_USED_FIRST("-lastUsedAt", "coalesce(t.last_used_at, -1)", true),
    // Never used tokens first.
    LONGEST_UNUSED_FIRST("lastUsedAt", "coalesce(t.last_used_at, -1)", false);

    private final String word;
    private final String column;
    private final boolean descending;

    Sort(String word, String column, boolean descending) {
      this.word = word;
      this.column = column;
      this.descending = descending;
    }

    /**
     * Returns the order with this name in the contract.
     *
     * @throws IllegalArgumentException if no order has this name
     */
    public static Sort of(String word) {
      for (Sort sort : values()) {
        if (sort.word.equals(word)) {
          return sort;
        }
      }
      throw new IllegalArgumentException("No order has the name " + word);
    }

    /** Returns the name in the contract, such as {@code -createdAt}. */
    @Override
    public String toString() {
      return word;
    }

    /** Returns the SQL expression that a list is ordered by, before the id. */
    String column() {
      return column;
    }

    boolean isDescending() {
      return descending;
    }

    /**
     * Returns true if the values are times of use, which are -1 for a token that was never used.
     */
    boolean isOfUse() {
      return this == LAST_USED_FIRST || this == LONGEST_UNUSED_FIRST;
    }

    /** Returns true if the values are text; otherwise they are numbers. */
    boolean isText() {
      return this == BY_NAME;
    }
  }
}
