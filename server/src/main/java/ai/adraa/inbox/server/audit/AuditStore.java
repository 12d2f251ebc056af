package ai.adraa.inbox.server.audit;

import ai.adraa.inbox.server.database.Database;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Adds events to the audit trail and lists them; never changes or deletes one. Thread-safe. */
public final class AuditStore {
  /**
   * An event for display: with emails and names, where the agent or workspace exists.
   *
   * @param id ascending: the newest event has the highest id
   * @param agentId the agent who caused it
   * @param by that agent's email or, on the command line, the operating system's user
   * @param workspace the workspace's slug; its id if it does not exist
   * @param memberId the affected agent
   * @param member that agent's email
   */
  public record Entry(
      long id,
      Instant at,
      String action,
      String channel,
      Optional<String> agentId,
      Optional<String> by,
      Optional<String> address,
      Optional<String> requestId,
      Optional<String> workspace,
      Optional<String> tokenId,
      Optional<String> memberId,
      Optional<String> member,
      Optional<String> detail) {}

  /**
   * Selects the events to list. An empty field selects all.
   *
   * @param agentId the agent who caused the event
   * @param since inclusive
   * @param until exclusive
   */
  public record Filter(
      Optional<String> workspaceId,
      Optional<String> action,
      Optional<String> tokenId,
      Optional<String> agentId,
      Optional<Instant> since,
      Optional<Instant> until) {
    /** Selects all events. */
    public static final Filter ALL =
        new Filter(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  /**
   * One page of a list, newest first.
   *
   * @param nextCursor the cursor of the next page; empty on the last page
   */
  public record Page(List<Entry> events, Optional<String> nextCursor) {}

  private static final int PAGE = 1000;
  private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,18}");

  private final Database database;

  public AuditStore(Database database) {
    this.database = database;
  }

  /**
   * Records an event in the transaction of the change that it describes, so that neither is ever
   * stored without the other.
   */
  public static void record(Handle handle, AuditEvent event) {
    handle
        .createUpdate(
            """
            /* AuditStore.record */
            INSERT INTO audit_event (at, action, channel, agent_id, os_user, address, request_id,
              workspace_id, token_id, member_id, detail)
            VALUES (:at, :action, :channel, :agent, :osUser, :address, :request,
              :workspace, :token, :member, :detail)
            """)
        .bind("at", event.at().toEpochMilli())
        .bind("action", event.action().toString())
        .bind("channel", event.source().channel())
        .bind("agent", event.source().agentId().orElse(null))
        .bind("osUser", event.source().osUser().orElse(null))
        .bind("address", event.source().address().orElse(null))
        .bind("request", event.source().requestId().orElse(null))
        .bind("workspace", event.workspaceId().orElse(null))
        .bind("token", event.tokenId().orElse(null))
        .bind("member", event.memberId().orElse(null))
        .bind("detail", event.detail().orElse(null))
        .execute();
  }

  /** Records an event that has no other change in the database, in its own transaction. */
  public void record(AuditEvent event) {
    database.write(
        handle -> {
          record(handle, event);
          return null;
        });
  }

  /**
   * Passes the events to the reader one by one, newest first. There may be millions, so this method
   * reads them in pages. No statement is open while the reader runs: an open one would keep SQLite
   * from resetting its write-ahead log.
   *
   * @param limit the most events to pass
   * @param reader returns false to stop
   */
  public void list(Filter filter, long limit, Predicate<Entry> reader) {
    long before = Long.MAX_VALUE;
    long left = limit;
    while (left > 0) {
      int wanted = (int) Math.min(left, PAGE);
      List<Entry> page = events(filter, before, wanted);
      for (Entry entry : page) {
        if (!reader.test(entry)) {
          return;
        }
        before = entry.id();
      }
      if (page.size() < wanted) {
        return;
      }
      left -= wanted;
    }
  }

  /**
   * Returns one page of the events that the filter selects. Events that are added meanwhile are in
   * no later page.
   *
   * @param limit the most events to return
   * @param cursor the {@code nextCursor} of the previous page; null for the first page
   * @throws IllegalArgumentException if the cursor is malformed
   */
  public Page page(Filter filter, int limit, @Nullable String cursor) {
    // One more than the limit shows whether another page follows.
    List<Entry> events =
        events(filter, cursor == null ? Long.MAX_VALUE : position(cursor), limit + 1);
    return events.size() <= limit
        ? new Page(events, Optional.empty())
        : new Page(events.subList(0, limit), Optional.of(cursor(events.get(limit - 1))));
  }

  private static String cursor(Entry last) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Long.toString(last.id()).getBytes(StandardCharsets.UTF_8));
  }

  private static long position(String cursor) {
    String id = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("The cursor is malformed");
    }
    return Long.parseLong(id);
  }

  private List<Entry> events(Filter filter, long before, int limit) {
    Map<String, Object> values = new HashMap<>();
    String query = query(filter, values);
    return database.read(
        handle ->
            handle
                .createQuery(query)
                .bindMap(values)
                .bind("before", before)
                .bind("limit", limit)
                .map(
                    (row, context) ->
                        new Entry(
                            row.getLong("id"),
                            Instant.ofEpochMilli(row.getLong("at")),
                            row.getString("action"),
                            row.getString("channel"),
                            Optional.ofNullable(row.getString("agent_id")),
                            Optional.ofNullable(row.getString("by")),
                            Optional.ofNullable(row.getString("address")),
                            Optional.ofNullable(row.getString("request_id")),
                            Optional.ofNullable(row.getString("workspace")),
                            Optional.ofNullable(row.getString("token_id")),
                            Optional.ofNullable(row.getString("member_id")),
                            Optional.ofNullable(row.getString("member")),
                            Optional.ofNullable(row.getString("detail"))))
                .list());
  }

  /** Orders by id and not by time, because a clock may go back. */
  static String query(Filter filter, Map<String, Object> values) {
    return """
        /* AuditStore.query */
        SELECT e.id, e.at, e.action, e.channel, e.address, e.request_id, e.token_id, e.detail,
          e.agent_id, coalesce(a.email, e.os_user) AS by, e.member_id, m.email AS member,
          coalesce(w.name, e.workspace_id) AS workspace
        FROM audit_event e
        LEFT JOIN agent a ON a.id = e.agent_id
        LEFT JOIN agent m ON m.id = e.member_id
        LEFT JOIN workspace w ON w.id = e.workspace_id
        WHERE e.id < :before %s
        ORDER BY e.id DESC LIMIT :limit
        """
        .formatted(conditions(filter, values));
  }

  /** Only conditions that apply: with {@code :x IS NULL OR ...}, no index would be used. */
  private static String conditions(Filter filter, Map<String, Object> values) {
    StringBuilder conditions = new StringBuilder();
    filter
        .workspaceId()
        .ifPresent(
            id -> {
              conditions.append(" AND e.workspace_id = :workspace");
              values.put("workspace", id);
            });
    filter
        .action()
        .ifPresent(
            action -> {
              conditions.append(" AND e.action = :action");
              values.put("action", action);
            });
    filter
        .tokenId()
        .ifPresent(
            id -> {
              conditions.append(" AND e.token_id = :token");
              values.put("token", id);
            });
    filter
        .agentId()
        .ifPresent(
            id -> {
              conditions.append(" AND e.agent_id = :agent");
              values.put("agent", id);
            });
    filter
        .since()
        .ifPresent(
            at -> {
              conditions.append(" AND e.at >= :since");
              values.put("since", at.toEpochMilli());
            });
    filter
        .until()
        .ifPresent(
            at -> {
              conditions.append(" AND e.at < :until");
              values.put("until", at.toEpochMilli());
            });
    return conditions.toString();
  }
}
