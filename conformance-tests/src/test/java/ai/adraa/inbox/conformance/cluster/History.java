package ai.adraa.inbox.conformance.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What callers did to tokens and were answered, with the nanoseconds at which each operation began
 * and ended, and whether revocation and expiry were immediate in it. Only what ended before
 * something else began is known to have come first.
 */
final class History {
  enum Kind {
    CREATE,
    /** Whether or not it was acknowledged. */
    REVOKE,
    /** From a time at which the token may have expired, to one at which it has. */
    EXPIRE,
    VERIFIED,
    REFUSED
  }

  /**
   * One operation.
   *
   * @param end {@code Long.MAX_VALUE} if no answer came
   */
  record Operation(Kind kind, String token, long start, long end) {}

  private final Collection<Operation> operations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();

  /** Safe to call from several threads. */
  void add(Kind kind, String token, long start, long end) {
    operations.add(new Operation(kind, token, start, end));
    size.incrementAndGet();
  }

  int size() {
    return size.get();
  }

  long count(Kind kind) {
    return operations.stream().filter(operation -> operation.kind() == kind).count();
  }

  /** When a token's life turned, as far as the callers can know. */
  private static final class Life {
    private long created = Long.MAX_VALUE;
    private long revocationBegun = Long.MAX_VALUE;
    private long revoked = Long.MAX_VALUE;
    private long refused = Long.MAX_VALUE;
  }

  /** One line for each operation that cannot have been answered so. */
  List<String> violations() {
    Map<String, Life> lives = new HashMap<>();
    for (Operation operation : operations) {
      Life life = lives.computeIfAbsent(operation.token(), unused -> new Life());
      switch (operation.kind()) {
        case CREATE -> life.created = operation.end();
        case REVOKE, EXPIRE -> {
          life.revocationBegun = Math.min(life.revocationBegun, operation.start());
          life.revoked = Math.min(life.revoked, operation.end());
        }
        case REFUSED, VERIFIED -> {}
      }
    }
    for (Operation operation : operations) {
      Life life = lives.get(operation.token());
      // One that began earlier may have been refused because the token did not exist yet.
      if (operation.kind() == Kind.REFUSED && operation.start() > life.created) {
        life.refused = Math.min(life.refused, operation.end());
      }
    }
    List<String> violations = new ArrayList<>();
    for (Operation operation : operations) {
      Life life = lives.get(operation.token());
      if (operation.kind() == Kind.VERIFIED) {
        if (operation.start() > life.revoked) {
          violations.add(
              "verified, though begun after its revocation was acknowledged: " + operation);
        } else if (operation.start() > life.refused) {
          violations.add("verified, though begun after it had been refused: " + operation);
        }
      }
      if (operation.kind() == Kind.REFUSED
          && operation.start() > life.created
          && operation.end() < life.revocationBegun) {
        violations.add("refused, though created before and not yet being revoked: " + operation);
      }
    }
    return violations;
  }
}
