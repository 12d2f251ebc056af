package ai.adraa.inbox.server;

/**
 * A person with an account.
 *
 * @param email in lower case
 */
record Agent(String id, String email, String nickname) {}
