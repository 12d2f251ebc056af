package ai.adraa.inbox.server.account;

/**
 * An agent's membership of a workspace.
 *
 * @param workspaceName the workspace's slug
 */
public record Membership(String workspaceId, String workspaceName, Role role) {
  /** A member's role; only admins manage API tokens. */
  public enum Role {
    ADMIN,
    AGENT;

    /** Returns the word that the API, the database and the command line use. */
    @Override
    public String toString() {
      return this == ADMIN ? "admin" : "agent";
    }

    /** Returns the role for a word; any word except {@code admin} is {@code AGENT}. */
    public static Role of(String word) {
      return word.equals("admin") ? ADMIN : AGENT;
    }
  }
}
