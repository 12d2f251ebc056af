package ai.adraa.inbox.server.account;

/**
 * A person with an account.
 *
 * @param id a cuid
 * @param email in lower case; unique
 */
public record Agent(String id, String email, String nickname) {}
