package ai.adraa.inbox.server.github;

/** Reports that GitHub's keys were never loaded, so that no signature can be verified. */
public final class KeysUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  KeysUnavailableException() {
    super("GitHub's keys are not available");
  }
}
