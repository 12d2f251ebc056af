package ai.adraa.inbox.server.maintenance;

import org.jdbi.v3.core.Handle;

/**
 * Carries over what a restore must not undo, from the database attached as {@code replaced} to the
 * restored one.
 *
 * @param revocations how many tokens were active in the backup but revoked since
 * @param lostTokens how many active tokens of the replaced database the backup does not have
 * @param lostWorkspaces how many workspaces of the replaced database the backup does not have
 * @param lostMembers how many members those workspaces have
 * @param events how many audit events since the backup were carried over
 */
public record CarryOver(
    long revocations, long lostTokens, long lostWorkspaces, long lostMembers, long events) {
  static final CarryOver NONE = new CarryOver(0, 0, 0, 0, 0);

  /** Runs the statements, as part of the caller's transaction. */
  static CarryOver run(Handle handle) {
    agents(handle);
    long revocations = revocations(handle);
    members(handle);
    long events = events(handle);
    return new CarryOver(
        revocations, lostTokens(handle), lostWorkspaces(handle), lostMembers(handle), events);
  }

  private static void agents(Handle handle) {
    handle.execute(
        """
        /* CarryOver.agents */
        INSERT INTO agent (id, email, nickname, created_at)
        SELECT id, email, nickname, created_at FROM replaced.agent WHERE true
        ON CONFLICT DO NOTHING
        """);
  }

  private static long revocations(Handle handle) {
    return handle.execute(
        """
        /* CarryOver.revocations */
        UPDATE api_token SET (revoked_at, revoked_by) = (
          SELECT r.revoked_at, coalesce(a.id, api_token.created_by)
          FROM replaced.api_token r
          LEFT JOIN replaced.agent ra ON ra.id = r.revoked_by
          LEFT JOIN agent a ON a.email = ra.email
          WHERE r.id = api_token.id)
        WHERE revoked_at IS NULL
          AND id IN (SELECT id FROM replaced.api_token WHERE revoked_at IS NOT NULL)
        """);
  }

  private static void members(Handle handle) {
    // Admins first, because a trigger requires that each workspace has one after every step.
    handle.execute(
        """
        /* CarryOver.members */
        INSERT INTO membership (workspace_id, agent_id, role, created_at)
        SELECT m.workspace_id, a.id, m.role, m.created_at
        FROM replaced.membership m
        JOIN replaced.agent ra ON ra.id = m.agent_id
        JOIN agent a ON a.email = ra.email
        WHERE m.workspace_id IN (SELECT id FROM workspace)
        ORDER BY m.role = 'admin' DESC
        ON CONFLICT (workspace_id, agent_id) DO UPDATE SET role = excluded.role
        """);
    handle.execute(
        """
        /* CarryOver.members */
        DELETE FROM membership
        WHERE workspace_id IN (SELECT id FROM replaced.workspace) AND NOT EXISTS (
          SELECT 1 FROM replaced.membership m
          JOIN replaced.agent ra ON ra.id = m.agent_id
          JOIN agent a ON a.email = ra.email
          WHERE m.workspace_id = membership.workspace_id AND a.id = membership.agent_id)
        """);
  }

  private static long events(Handle handle) {
    boolean kept =
        handle
            .createQuery(
                """
                /* CarryOver.events: a database of the first version has none */
                SELECT count(*) FROM replaced.sqlite_schema WHERE name = 'audit_event'
                """)
            .mapTo(Boolean.class)
            .one();
    if (!kept) {
      return 0;
    }
    return handle.execute(
        """
        /* CarryOver.events */
        INSERT INTO audit_event (at, action, channel, agent_id, os_user, address, request_id,
          workspace_id, token_id, member_id, detail)
        SELECT at, action, channel, agent_id, os_user, address, request_id,
          workspace_id, token_id, member_id, detail
        FROM replaced.audit_event r
        WHERE NOT EXISTS (SELECT 1 FROM audit_event e
          WHERE e.id = r.id AND e.at = r.at AND e.action = r.action
            AND e.token_id IS r.token_id AND e.member_id IS r.member_id
            AND e.request_id IS r.request_id)
        ORDER BY r.id
        """);
  }

  private static long lostTokens(Handle handle) {
    return handle
        .createQuery(
            """
            /* CarryOver.lostTokens */
            SELECT count(*) FROM replaced.api_token r
            WHERE r.revoked_at IS NULL AND NOT EXISTS (
              SELECT 1 FROM api_token t WHERE t.id = r.id)
            """)
        .mapTo(Long.class)
        .one();
  }

  private static long lostWorkspaces(Handle handle) {
    return handle
        .createQuery(
            """
            /* CarryOver.lostWorkspaces */
            SELECT count(*) FROM replaced.workspace WHERE id NOT IN (SELECT id FROM workspace)
            """)
        .mapTo(Long.class)
        .one();
  }

  private static long lostMembers(Handle handle) {
    return handle
        .createQuery(
            """
            /* CarryOver.lostMembers */
            SELECT count(*) FROM replaced.membership
            WHERE workspace_id NOT IN (SELECT id FROM workspace)
            """)
        .mapTo(Long.class)
        .one();
  }
}
