package ai.adraa.inbox.server.audit;

import ai.adraa.inbox.server.database.Database;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/** Adds events to the audit trail and lists them; never changes or deletes one. Thread-safe. */
public final class AuditStore {
  /**
   * An event for display: emails and names in place of ids, where the agent or workspace exists.
   *
   * @param id ascending: the newest event has the highest id
   * @param by the agent's email or, on the command line, the operating system's user
   * @param workspace the workspace's slug
   * @param member the email of the affected agent
   */
  public record Entry(
      long id,
      Instant at,
      String action,
      String channel,
      Optional<String> by,
      Optional<String> address,
      Optional<String> requestId,
      Optional<String> workspace,
      Optional<String> tokenId,
      Optional<String> member,
      Optional<String> detail) {}

  /**
   * Selects the events to list. An empty field selects all.
   *
   * @param since inclusive
   * @param until exclusive
   * @param limit the most events to list
   */
  public record Filter(
      Optional<String> workspaceId,
      Optional<String> action,
      Optional<Instant> since,
      Optional<Instant> until,
      Optional<Long> limit) {}

  private static final long PAGE = 1000;

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
   * @param reader returns false to stop
   */
  public void list(Filter filter, Predicate<Entry> reader) {
    long before = Long.MAX_VALUE;
    long left = filter.limit().orElse(Long.MAX_VALUE);
    while (left > 0) {
      long wanted = Math.min(left, PAGE);
      List<Entry> page = page(filter, before, wanted);
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

  private List<Entry> page(Filter filter, long before, long size) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    """
                    /* AuditStore.page: by id, since a clock may go back */
                    SELECT e.id, e.at, e.action, e.channel, e.address, e.request_id, e.token_id,
                      e.detail, coalesce(a.email, e.agent_id, e.os_user) AS by,
                      coalesce(m.email, e.member_id) AS member,
                      coalesce(w.name, e.workspace_id) AS workspace
                    FROM audit_event e
                    LEFT JOIN agent a ON a.id = e.agent_id
                    LEFT JOIN agent m ON m.id = e.member_id
                    LEFT JOIN workspace w ON w.id = e.workspace_id
                    WHERE e.id < :before
                      AND (:workspace IS NULL OR e.workspace_id = :workspace)
                      AND (:action IS NULL OR e.action = :action)
                      AND (:since IS NULL OR e.at >= :since)
                      AND (:until IS NULL OR e.at < :until)
                    ORDER BY e.id DESC LIMIT :size
                    """)
                .bind("before", before)
                .bind("workspace", filter.workspaceId().orElse(null))
                .bind("action", filter.action().orElse(null))
                .bind("since", filter.since().map(Instant::toEpochMilli).orElse(null))
                .bind("until", filter.until().map(Instant::toEpochMilli).orElse(null))
                .bind("size", size)
                .map(
                    (row, context) ->
                        new Entry(
                            row.getLong("id"),
                            Instant.ofEpochMilli(row.getLong("at")),
                            row.getString("action"),
                            row.getString("channel"),
                            Optional.ofNullable(row.getString("by")),
                            Optional.ofNullable(row.getString("address")),
                            Optional.ofNullable(row.getString("request_id")),
                            Optional.ofNullable(row.getString("workspace")),
                            Optional.ofNullable(row.getString("token_id")),
                            Optional.ofNullable(row.getString("member")),
                            Optional.ofNullable(row.getString("detail"))))
                .list());
  }
}
