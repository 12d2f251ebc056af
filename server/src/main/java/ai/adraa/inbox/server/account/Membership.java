package ai.adraa.inbox.server.account;

/**
 * An agent's place in a workspace.
 *
 * @param workspaceName the workspace's slug
 */
public record Membership(String workspaceId, String workspaceName, Role role) {
  /** What a member may do; only an admin manages API tokens. */
  public enum Role {
    ADMIN,
    AGENT;

    /** The word on the wire and in the database. */
    public String word() {
      return this == ADMIN ? "admin" : "agent";
    }

    public static Role of(String word) {
      return word.equals("admin") ? ADMIN : AGENT;
    }
  }
}
