package ai.adraa.inbox.server.maintenance;

/**
 * A number of things, for messages.
 *
 * @param noun in the singular; its plural ends in s
 */
public record Count(long number, String noun) {
  /** Returns the number and the noun, such as {@code 1 token} or {@code 2 tokens}. */
  @Override
  public String toString() {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
