package ai.adraa.inbox.server.account;

/**
 * A person with an account.
 *
 * @param id a cuid
 * @param email in lower case, its domain in ASCII; unique
 */
public record Agent(String id, String email, String nickname) {}
