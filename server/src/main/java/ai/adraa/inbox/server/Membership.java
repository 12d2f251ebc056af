package ai.adraa.inbox.server;

/**
 * An agent's place in a workspace.
 *
 * @param workspaceName the workspace's slug
 */
record Membership(String workspaceId, String workspaceName, Role role) {
  /** What a member may do; only an admin manages API tokens. */
  enum Role {
    ADMIN,
    AGENT;

    /** The word on the wire and in the database. */
    String word() {
      return this == ADMIN ? "admin" : "agent";
    }

    static Role of(String word) {
      return word.equals("admin") ? ADMIN : AGENT;
    }
  }
}
