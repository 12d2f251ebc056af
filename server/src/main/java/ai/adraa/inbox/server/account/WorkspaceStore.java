package ai.adraa.inbox.server.account;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.mail.EmailAddress;
import io.github.thibaultmeyer.cuid.CUID;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Stores workspaces, agents and memberships. Thread-safe. */
public final class WorkspaceStore {
  /**
   * A workspace in the operator's list.
   *
   * @param name the slug
   * @param members the number of members
   * @param activeTokens the number of tokens that are not revoked
   */
  public record Workspace(String id, String name, int members, int activeTokens) {}

  /** A member in the operator's list. */
  public record Member(String workspaceName, Agent agent, Membership.Role role) {}

  private static final RowMapper<Agent> AGENT =
      (row, context) ->
          new Agent(row.getString("id"), row.getString("email"), row.getString("nickname"));
  private static final RowMapper<Member> MEMBER =
      (row, context) ->
          new Member(
              row.getString("workspace_name"),
              AGENT.map(row, context),
              Membership.Role.of(row.getString("role")));

  private final Database database;
  private final Clock clock;

  public WorkspaceStore(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Creates a workspace and its first admin. Creates an account if the email has none.
   *
   * @param name the slug; the caller checks its form
   * @return the workspace's id
   * @throws OperatorException if the name is taken
   */
  public String create(String name, String adminEmail, AuditEvent.Source source) {
    return database.write(
        handle -> {
          String id = CUID.randomCUID1().toString();
          int inserted =
              handle
                  .createUpdate(
                      """
                      /* WorkspaceStore.create */
                      INSERT INTO workspace (id, name, created_at) VALUES (:id, :name, :now)
                      ON CONFLICT DO NOTHING
                      """)
                  .bind("id", id)
                  .bind("name", name)
                  .bind("now", clock.millis())
                  .execute();
          if (inserted == 0) {
            throw new OperatorException("The workspace name " + name + " is taken; choose another");
          }
          AuditStore.record(
              handle, event(AuditEvent.Action.WORKSPACE_CREATED, source).inWorkspace(id));
          addMember(handle, id, adminEmail, Optional.empty(), Membership.Role.ADMIN, source);
          return id;
        });
  }

  /**
   * Makes a person a member of a workspace. Creates an account if the email has none.
   *
   * @param nickname used only for a new account; if empty, the first 60 characters of the part of
   *     the email before the @
   * @throws OperatorException if the workspace does not exist or the person is already a member
   */
  public Agent addAgent(
      String workspaceName,
      String email,
      Optional<String> nickname,
      Membership.Role role,
      AuditEvent.Source source) {
    return database.write(
        handle ->
            addMember(handle, requireId(handle, workspaceName), email, nickname, role, source));
  }

  /**
   * Ends a person's membership of a workspace and all of the person's sessions. The account stays,
   * because tokens refer to their creator. The tokens stay, because they belong to the workspace.
   *
   * @throws OperatorException if the workspace or the member does not exist, or the member is the
   *     last admin
   */
  public Agent removeAgent(String workspaceName, String email, AuditEvent.Source source) {
    return database.write(
        handle -> {
          String workspaceId = requireId(handle, workspaceName);
          Agent agent = requireMember(handle, workspaceId, email).agent();
          int removed =
              handle
                  .createUpdate(
                      """
                      /* WorkspaceStore.removeAgent */
                      DELETE FROM membership
                      WHERE workspace_id = :workspace AND agent_id = :agent
                        AND (role <> 'admin' OR EXISTS (
                          SELECT 1 FROM membership other WHERE other.workspace_id = :workspace
                            AND other.role = 'admin' AND other.agent_id <> :agent))
                      """)
                  .bind("workspace", workspaceId)
                  .bind("agent", agent.id())
                  .execute();
          if (removed == 0) {
            throw lastAdmin(agent, workspaceName);
          }
          int sessions = SignInStore.deleteSessions(handle, agent.id());
          AuditStore.record(
              handle,
              event(AuditEvent.Action.AGENT_REMOVED, source)
                  .inWorkspace(workspaceId)
                  .onMember(agent.id())
                  .with("sessions ended: " + sessions));
          return agent;
        });
  }

  /**
   * Changes a member's role. Ends all sessions of a demoted admin. Does nothing if the member has
   * the role already.
   *
   * @throws OperatorException if the workspace or the member does not exist, or the member is the
   *     last admin
   */
  public Agent changeRole(
      String workspaceName, String email, Membership.Role role, AuditEvent.Source source) {
    return database.write(
        handle -> {
          String workspaceId = requireId(handle, workspaceName);
          Member member = requireMember(handle, workspaceId, email);
          Agent agent = member.agent();
          if (member.role() == role) {
            return agent;
          }
          int changed =
              handle
                  .createUpdate(
                      """
                      /* WorkspaceStore.changeRole */
                      UPDATE membership SET role = :role
                      WHERE workspace_id = :workspace AND agent_id = :agent
                        AND (:role = 'admin' OR EXISTS (
                          SELECT 1 FROM membership other WHERE other.workspace_id = :workspace
                            AND other.role = 'admin' AND other.agent_id <> :agent))
                      """)
                  .bind("role", role.toString())
                  .bind("workspace", workspaceId)
                  .bind("agent", agent.id())
                  .execute();
          if (changed == 0) {
            throw lastAdmin(agent, workspaceName);
          }
          String detail = "role " + role;
          if (role != Membership.Role.ADMIN) {
            detail += ", sessions ended: " + SignInStore.deleteSessions(handle, agent.id());
          }
          AuditStore.record(
              handle,
              event(AuditEvent.Action.ROLE_CHANGED, source)
                  .inWorkspace(workspaceId)
                  .onMember(agent.id())
                  .with(detail));
          return agent;
        });
  }

  /** Returns all workspaces, ordered by name. */
  public List<Workspace> list() {
    return database.read(
        handle ->
            handle
                .createQuery(
                    """
                    /* WorkspaceStore.list */
                    SELECT w.id, w.name,
                      (SELECT count(*) FROM membership m WHERE m.workspace_id = w.id) AS members,
                      (SELECT count(*) FROM api_token t
                        WHERE t.workspace_id = w.id AND t.revoked_at IS NULL) AS active_tokens
                    FROM workspace w ORDER BY w.name
                    """)
                .map(
                    (row, context) ->
                        new Workspace(
                            row.getString("id"),
                            row.getString("name"),
                            row.getInt("members"),
                            row.getInt("active_tokens")))
                .list());
  }

  /**
   * Returns the members of one workspace or, if the name is empty, of all. They are ordered by
   * workspace, longest-standing first.
   *
   * @throws OperatorException if the workspace does not exist
   */
  public List<Member> members(Optional<String> workspaceName) {
    return database.read(
        handle -> {
          workspaceName.ifPresent(name -> requireId(handle, name));
          return handle
              .createQuery(
                  """
                  /* WorkspaceStore.members */
                  SELECT a.id, a.email, a.nickname, m.role, w.name AS workspace_name
                  FROM membership m
                  JOIN agent a ON a.id = m.agent_id
                  JOIN workspace w ON w.id = m.workspace_id
                  WHERE :name IS NULL OR w.name = :name
                  ORDER BY w.name, m.created_at, a.id
                  """)
              .bind("name", workspaceName.orElse(null))
              .map(MEMBER)
              .list();
        });
  }

  /**
   * Returns the workspace's id.
   *
   * @throws OperatorException if the workspace does not exist
   */
  public String requireId(String workspaceName) {
    return database.read(handle -> requireId(handle, workspaceName));
  }

  /** Returns the longest-standing admin, in whose name the command line acts. */
  public Agent firstAdmin(String workspaceId) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    """
                    /* WorkspaceStore.firstAdmin */
                    SELECT a.id, a.email, a.nickname
                    FROM membership m JOIN agent a ON a.id = m.agent_id
                    WHERE m.workspace_id = :workspace AND m.role = 'admin'
                    ORDER BY m.created_at, a.id LIMIT 1
                    """)
                .bind("workspace", workspaceId)
                .map(AGENT)
                .one());
  }

  /** Returns the agent's memberships, ordered by workspace name. */
  public List<Membership> memberships(String agentId) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    """
                    /* WorkspaceStore.memberships */
                    SELECT w.id AS workspace_id, w.name AS workspace_name, m.role
                    FROM membership m JOIN workspace w ON w.id = m.workspace_id
                    WHERE m.agent_id = :agent ORDER BY w.name
                    """)
                .bind("agent", agentId)
                .map((row, context) -> membership(row))
                .list());
  }

  private static Membership membership(ResultSet row) throws SQLException {
    return new Membership(
        row.getString("workspace_id"),
        row.getString("workspace_name"),
        Membership.Role.of(row.getString("role")));
  }

  /** Returns the agent's membership of a workspace; empty if the agent is not a member. */
  public Optional<Membership> membership(String agentId, String workspaceId) {
    return database.lookUp(
        """
        /* WorkspaceStore.membership */
        SELECT w.id AS workspace_id, w.name AS workspace_name, m.role
        FROM membership m JOIN workspace w ON w.id = m.workspace_id
        WHERE m.agent_id = ? AND m.workspace_id = ?
        """,
        WorkspaceStore::membership,
        agentId,
        workspaceId);
  }

  /** Returns the agent with this email, in any case of letters and any form of the domain. */
  public Optional<Agent> agentByEmail(String email) {
    return database.read(handle -> agentByEmail(handle, email));
  }

  private Agent addMember(
      Handle handle,
      String workspaceId,
      String email,
      Optional<String> nickname,
      Membership.Role role,
      AuditEvent.Source source) {
    Agent agent = agentByEmail(handle, email).orElseGet(() -> insertAgent(handle, email, nickname));
    int inserted =
        handle
            .createUpdate(
                """
                /* WorkspaceStore.addMember */
                INSERT INTO membership (workspace_id, agent_id, role, created_at)
                VALUES (:workspace, :agent, :role, :now)
                ON CONFLICT DO NOTHING
                """)
            .bind("workspace", workspaceId)
            .bind("agent", agent.id())
            .bind("role", role.toString())
            .bind("now", clock.millis())
            .execute();
    if (inserted == 0) {
      throw new OperatorException(agent.email() + " is already a member of that workspace");
    }
    AuditStore.record(
        handle,
        event(AuditEvent.Action.AGENT_ADDED, source)
            .inWorkspace(workspaceId)
            .onMember(agent.id())
            .with("role " + role));
    return agent;
  }

  private AuditEvent event(AuditEvent.Action action, AuditEvent.Source source) {
    return AuditEvent.of(clock.instant(), action, source);
  }

  private static OperatorException lastAdmin(Agent agent, String workspaceName) {
    return new OperatorException(
        "%s is the last admin of %s; make another member an admin first"
            .formatted(agent.email(), workspaceName));
  }

  private static Member requireMember(Handle handle, String workspaceId, String email) {
    return handle
        .createQuery(
            """
            /* WorkspaceStore.requireMember */
            SELECT a.id, a.email, a.nickname, m.role, w.name AS workspace_name
            FROM membership m
            JOIN agent a ON a.id = m.agent_id
            JOIN workspace w ON w.id = m.workspace_id
            WHERE m.workspace_id = :workspace AND a.email IN (:email, :unicode)
            ORDER BY a.email = :email DESC LIMIT 1
            """)
        .bind("workspace", workspaceId)
        .bindMap(EmailAddress.parameters(email))
        .map(MEMBER)
        .findOne()
        .orElseThrow(() -> new UnknownMemberException(email));
  }

  private Agent insertAgent(Handle handle, String email, Optional<String> nickname) {
    String canonical = EmailAddress.canonical(email);
    if (!EmailAddress.isDeliverable(canonical)) {
      throw new OperatorException(
          email + " cannot receive mail: it needs a valid domain, and only ASCII before the @");
    }
    String beforeAt = email.substring(0, email.lastIndexOf('@'));
    Agent agent =
        new Agent(
            CUID.randomCUID1().toString(),
            canonical,
            nickname.orElse(beforeAt.substring(0, Math.min(60, beforeAt.length()))));
    handle
        .createUpdate(
            """
            /* WorkspaceStore.insertAgent */
            INSERT INTO agent (id, email, nickname, created_at)
            VALUES (:id, :email, :nickname, :now)
            """)
        .bind("id", agent.id())
        .bind("email", agent.email())
        .bind("nickname", agent.nickname())
        .bind("now", clock.millis())
        .execute();
    return agent;
  }

  private static Optional<Agent> agentByEmail(Handle handle, String email) {
    return handle
        .createQuery(
            """
            /* WorkspaceStore.agentByEmail */
            SELECT id, email, nickname FROM agent WHERE email IN (:email, :unicode)
            ORDER BY email = :email DESC LIMIT 1
            """)
        .bindMap(EmailAddress.parameters(email))
        .map(AGENT)
        .findOne();
  }

  private static String requireId(Handle handle, String workspaceName) {
    return handle
        .createQuery("/* WorkspaceStore.requireId */ SELECT id FROM workspace WHERE name = :name")
        .bind("name", workspaceName)
        .mapTo(String.class)
        .findOne()
        .orElseThrow(() -> new UnknownWorkspaceException(workspaceName));
  }
}
