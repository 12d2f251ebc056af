package ai.adraa.inbox.server.maintenance;

import org.jdbi.v3.core.Handle;

/**
 * Carries over what a restore must not undo, from the database attached as {@code replaced} to the
 * restored one. The replaced database can be of any version.
 *
 * @param revocations how many tokens were not revoked in the backup but are revoked since
 * @param expiries how many tokens would live longer by the backup than by the replaced database
 * @param lostTokens how many active tokens of the replaced database the backup does not have
 * @param lostWorkspaces how many workspaces of the replaced database the backup does not have
 * @param lostMembers how many members those workspaces have
 * @param events how many audit events since the backup were carried over
 */
public record CarryOver(
    long revocations,
    long expiries,
    long lostTokens,
    long lostWorkspaces,
    long lostMembers,
    long events) {
  static final CarryOver NONE = new CarryOver(0, 0, 0, 0, 0, 0);

  /** Runs the statements, as part of the caller's transaction. */
  static CarryOver run(Handle handle) {
    agents(handle);
    boolean hasExpiries = hasColumn(handle, "expires_at");
    long revocations = revocations(handle, hasColumn(handle, "revoked_reason"));
    long expiries = hasExpiries ? expiries(handle) : 0;
    members(handle);
    long events = events(handle);
    if (hasTable(handle, "outgoing_mail")) {
      mails(handle);
    }
    return new CarryOver(
        revocations,
        expiries,
        lostTokens(handle),
        lostWorkspaces(handle),
        lostMembers(handle),
        events);
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

  private static long revocations(Handle handle, boolean withReason) {
    return handle.execute(
        """
        /* CarryOver.revocations: without a reason, an admin revoked the token */
        UPDATE api_token SET (revoked_at, revoked_reason, revoked_by) = (
          SELECT r.revoked_at, %1$s,
            CASE WHEN %1$s IN ('self', 'leaked') THEN NULL
              ELSE coalesce(a.id, api_token.created_by) END
          FROM replaced.api_token r
          LEFT JOIN replaced.agent ra ON ra.id = r.revoked_by
          LEFT JOIN agent a ON a.email = ra.email
          WHERE r.id = api_token.id)
        WHERE revoked_at IS NULL
          AND id IN (SELECT id FROM replaced.api_token WHERE revoked_at IS NOT NULL)
        """
            .formatted(withReason ? "r.revoked_reason" : "NULL"));
  }

  /** Of two expiries the earlier one counts: access that was shortened stays shortened. */
  private static long expiries(Handle handle) {
    return handle.execute(
        """
        /* CarryOver.expiries */
        UPDATE api_token SET expires_at = r.expires_at
        FROM replaced.api_token r
        WHERE r.id = api_token.id AND api_token.revoked_at IS NULL
          AND r.expires_at < coalesce(api_token.expires_at, r.expires_at + 1)
        """);
  }

  /** Those that the backup has may have been sent since. */
  private static void mails(Handle handle) {
    handle.execute("/* CarryOver.mails */ DELETE FROM outgoing_mail");
    handle.execute(
        """
        /* CarryOver.mails */
        INSERT INTO outgoing_mail (id, agent_id, workspace_id, subject, text, created_at, due_at,
          attempts)
        SELECT m.id, a.id, w.id, m.subject, m.text, m.created_at, m.due_at, m.attempts
        FROM replaced.outgoing_mail m
        JOIN workspace w ON w.id = m.workspace_id
        JOIN replaced.agent ra ON ra.id = m.agent_id
        JOIN agent a ON a.email = ra.email
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
    if (!hasTable(handle, "audit_event")) {
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

  private static boolean hasTable(Handle handle, String table) {
    return handle
        .createQuery(
            "/* CarryOver.hasTable */ SELECT count(*) FROM replaced.sqlite_schema WHERE name = ?")
        .bind(0, table)
        .mapTo(Boolean.class)
        .one();
  }

  private static boolean hasColumn(Handle handle, String column) {
    return handle
        .createQuery(
            """
            /* CarryOver.hasColumn */
            SELECT count(*) FROM pragma_table_info('api_token', 'replaced') WHERE name = ?
            """)
        .bind(0, column)
        .mapTo(Boolean.class)
        .one();
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
