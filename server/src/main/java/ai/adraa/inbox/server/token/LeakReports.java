package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.text.PlainText;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes reports of secrets that were found in public: revokes their tokens and adds a mail to each
 * admin of their workspaces. Anyone may report, so a report is believed only in that whoever has
 * the secret could also use it. Thread-safe.
 */
public final class LeakReports {
  /** The most leaks of one report. */
  public static final int MOST = 1000;

  private static final int MOST_PLACES = 5;
  private static final int MOST_CHARACTERS = 2000;

  /**
   * A secret and where it was found.
   *
   * @param place as reported, unchecked; may contain the secret, or characters that hide text
   */
  public record Leak(Secret secret, Optional<String> place) {}

  /**
   * A token that was revoked.
   *
   * @param places where its secret was found, without secrets and hidden characters
   */
  public record Revoked(
      String id,
      String name,
      String prefix,
      String workspaceId,
      String workspace,
      List<String> places) {}

  /**
   * What a report has done.
   *
   * @param known the hashes of the reported secrets that belong to a token of any status, in
   *     hexadecimal digits
   * @param revoked the tokens that were not revoked before
   * @param mails how many mails to admins were added
   */
  public record Result(Set<String> known, List<Revoked> revoked, int mails) {}

  private final LeakStore store;
  private final Runnable mailAdded;
  private final Clock clock;

  /**
   * @param mailAdded called after a report that has added mails
   */
  public LeakReports(Database database, Runnable mailAdded, Clock clock) {
    this.store = new LeakStore(database);
    this.mailAdded = mailAdded;
    // The database stores milliseconds.
    this.clock = Clock.tick(clock, Duration.ofMillis(1));
  }

  /**
   * Revokes the tokens with these secrets in one transaction. Ignores secrets that are unknown,
   * malformed or already revoked; if there are no others, changes nothing.
   *
   * @param reporter who says so, for people; empty if anyone could have sent the report
   */
  public Result report(List<Leak> leaks, Optional<String> reporter, AuditEvent.Source source) {
    Map<String, List<String>> places = new LinkedHashMap<>();
    for (Leak leak : leaks) {
      if (leak.secret().isWellFormedToken()) {
        List<String> of = places.computeIfAbsent(hash(leak.secret()), unused -> new ArrayList<>());
        leak.place()
            .map(place -> shown(place, leak.secret()))
            .filter(place -> !place.isEmpty() && !of.contains(place) && of.size() < MOST_PLACES)
            .ifPresent(of::add);
      }
    }
    if (places.isEmpty()) {
      return new Result(Set.of(), List.of(), 0);
    }
    List<LeakStore.Found> found = store.find(places.keySet());
    Set<String> known =
        found.stream().map(LeakStore.Found::hash).collect(Collectors.toUnmodifiableSet());
    List<Revoked> active =
        found.stream()
            .filter(token -> !token.isRevoked())
            .map(token -> token.in(places.getOrDefault(token.hash(), List.of())))
            .toList();
    if (active.isEmpty()) {
      if (!known.isEmpty()) {
        // The response acknowledges a revocation that may not be confirmed yet.
        store.confirm();
      }
      return new Result(known, List.of(), 0);
    }
    LeakStore.Change change = store.revoke(active, reporter, clock.instant(), source);
    if (change.mails() > 0) {
      mailAdded.run();
    }
    return new Result(known, change.revoked(), change.mails());
  }

  /** Returns the hash of a secret in hexadecimal digits, as in {@link Result#known}. */
  public static String hash(Secret secret) {
    return HexFormat.of().formatHex(secret.hash());
  }

  private static String shown(String place, Secret secret) {
    // Secrets first: a part of one could remain at the end.
    String safe =
        PlainText.escape(Secret.cutIn(place.strip().replace(secret.withoutPrefix(), "…")));
    return safe.codePointCount(0, safe.length()) > MOST_CHARACTERS
        ? safe.substring(0, safe.offsetByCodePoints(0, MOST_CHARACTERS)) + "…"
        : safe;
  }
}
