package ai.adraa.inbox.client;

/** The order in which to list tokens. */
public enum TokenSort {
  /** Newest first, the default. */
  NEWEST_FIRST("-createdAt"),
  /** By name, ignoring letter case. */
  BY_NAME("name"),
  /** Last used first, never used tokens at the end. */
  LAST_USED_FIRST("-lastUsedAt"),
  /** Never used tokens first, then the tokens that have not been used for the longest time. */
  LONGEST_UNUSED_FIRST("lastUsedAt");

  private final String parameter;

  TokenSort(String parameter) {
    this.parameter = parameter;
  }

  /** Returns the value of the query parameter {@code sort}. */
  @Override
  public String toString() {
    return parameter;
  }
}
