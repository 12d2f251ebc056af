package ai.adraa.inbox.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which audit events to list, and where to start. Immutable: each method returns a new query. Null
 * removes a condition.
 *
 * <pre>{@code
 * AuditQuery.all().action("token-created").since(yesterday)
 * }</pre>
 */
public final class AuditQuery {
  private static final AuditQuery ALL = new AuditQuery(null, null, null, null, null, null, null);

  final @Nullable String action;
  final @Nullable String tokenId;
  final @Nullable String agentId;
  final @Nullable Instant since;
  final @Nullable Instant until;
  final @Nullable Integer limit;
  final @Nullable String cursor;

  private AuditQuery(
      @Nullable String action,
      @Nullable String tokenId,
      @Nullable String agentId,
      @Nullable Instant since,
      @Nullable Instant until,
      @Nullable Integer limit,
      @Nullable String cursor) {
    this.action = action;
    this.tokenId = tokenId;
    this.agentId = agentId;
    this.since = since;
    this.until = until;
    this.limit = limit;
    this.cursor = cursor;
  }

  /** Returns the query for all events. */
  public static AuditQuery all() {
    return ALL;
  }

  /** Selects the events with this action, such as {@code token-created}. */
  public AuditQuery action(@Nullable String action) {
    return new AuditQuery(action, tokenId, agentId, since, until, limit, cursor);
  }

  /** Selects the events that concern this token. */
  public AuditQuery tokenId(@Nullable String tokenId) {
    return new AuditQuery(action, tokenId, agentId, since, until, limit, cursor);
  }

  /** Selects the events that this agent caused. */
  public AuditQuery agentId(@Nullable String agentId) {
    return new AuditQuery(action, tokenId, agentId, since, until, limit, cursor);
  }

  /** Selects the events at or after this time. */
  public AuditQuery since(@Nullable Instant since) {
    return new AuditQuery(action, tokenId, agentId, since, until, limit, cursor);
  }

  /** Selects the events before this time. */
  public AuditQuery until(@Nullable Instant until) {
    return new AuditQuery(action, tokenId, agentId, since, until, limit, cursor);
  }

  /** Sets the maximum number of events on a page, 1 to 100. */
  public AuditQuery limit(int limit) {
    return new AuditQuery(action, tokenId, agentId, since, until, limit, cursor);
  }

  /**
   * Starts at a later page.
   *
   * @param cursor the {@code nextCursor} of the page before, from a query with the same other
   *     values
   */
  public AuditQuery cursor(@Nullable String cursor) {
    return new AuditQuery(action, tokenId, agentId, since, until, limit, cursor);
  }
}
