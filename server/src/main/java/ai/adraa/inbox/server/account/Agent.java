package ai.adraa.inbox.server.account;

/**
 * A person with an account.
 *
 * @param email in lower case
 */
public record Agent(String id, String email, String nickname) {}
