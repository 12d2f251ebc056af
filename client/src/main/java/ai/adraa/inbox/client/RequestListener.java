package ai.adraa.inbox.client;

/** Is told each request that a client has sent, for metrics and logs. */
@FunctionalInterface
public interface RequestListener {
  /**
   * Called after each request, in the thread that called the client. An exception from this method
   * is logged and does not affect the call.
   */
  void onAttempt(RequestAttempt attempt);
}
