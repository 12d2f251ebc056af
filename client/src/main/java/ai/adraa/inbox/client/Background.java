package ai.adraa.inbox.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** Runs blocking calls in threads of an executor. */
final class Background {
  private Background() {}

  /** Returns the future result of the call. Cancelling it interrupts the call. */
  static <T> CompletableFuture<T> run(Executor executor, Supplier<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    FutureTask<?> task =
        new FutureTask<>(
            () -> {
              try {
                result.complete(call.get());
              } catch (Throwable e) {
                // Also a checked exception that the supplier does not declare.
                result.completeExceptionally(e);
              }
            },
            null);
    result.whenComplete(
        (value, failure) -> {
          if (result.isCancelled()) {
            task.cancel(true);
          }
        });
    executor.execute(task);
    return result;
  }

  /** Runs the task in a thread of its own, which does not keep the process alive. */
  static void startThread(Runnable task) {
    Thread thread = new Thread(task, "adraa-inbox");
    thread.setDaemon(true);
    thread.start();
  }
}
