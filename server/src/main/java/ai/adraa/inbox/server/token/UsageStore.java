package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.LastUse;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Stores when, how often and from where tokens are used. These are the only writes that a crash can
 * lose. Several servers on one database add up. Thread-safe.
 */
public final class UsageStore {
  /** How many days of counts are kept, including today. */
  public static final int DAYS = 90;

  private final Database database;
  // The day on which this process last deleted old counts.
  private volatile long cleaned = Long.MIN_VALUE;

  public UsageStore(Database database) {
    this.database = database;
  }

  /** The requests with a token on one day, UTC. */
  public record Day(LocalDate date, long requests) {}

  /** An IP address and when it last used a token. */
  public record Address(String address, Instant lastUsedAt) {}

  /**
   * The usage of a token.
   *
   * @param days oldest first, also days without requests
   * @param addresses the latest first
   */
  public record Usage(List<Day> days, List<Address> addresses) {}

  /** Returns a collector that writes to this store. */
  public LastUse<TokenUse> lastUse() {
    return new LastUse<>("tokens", TokenUse::add, this::write);
  }

  /**
   * Returns the usage of a token on the last days.
   *
   * @param days how many, the last one of them today
   */
  Usage usage(String tokenId, int days, Instant now) {
    long today = TokenUse.day(now);
    return database.read(
        handle -> {
          Map<Long, Long> requests =
              handle
                  .createQuery(
                      """
                      /* UsageStore.usage */
                      SELECT day, requests FROM token_usage
                      WHERE token_id = :id AND day > :before AND day <= :today
                      """)
                  .bind("id", tokenId)
                  .bind("before", today - days)
                  .bind("today", today)
                  .map((row, context) -> Map.entry(row.getLong("day"), row.getLong("requests")))
                  .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
          List<Day> counted = new ArrayList<>(days);
          for (long day = today - days + 1; day <= today; day++) {
            counted.add(new Day(LocalDate.ofEpochDay(day), requests.getOrDefault(day, 0L)));
          }
          return new Usage(counted, addresses(handle, tokenId));
        });
  }

  private static List<Address> addresses(Handle handle, String tokenId) {
    return handle
        .createQuery(
            """
            /* UsageStore.addresses */
            SELECT address, last_used_at FROM token_address WHERE token_id = :id
            ORDER BY last_used_at DESC, address LIMIT :most
            """)
        .bind("id", tokenId)
        .bind("most", TokenUse.ADDRESSES)
        .map(
            (row, context) ->
                new Address(
                    row.getString("address"), Instant.ofEpochMilli(row.getLong("last_used_at"))))
        .list();
  }

  /**
   * Writes the uses of tokens in one transaction, and once a day deletes old counts. Never replaces
   * a later time by an earlier one.
   *
   * @param uses by token id
   */
  void write(Map<String, TokenUse> uses) {
    long newest =
        uses.values().stream().mapToLong(use -> TokenUse.day(use.lastAt())).max().orElse(cleaned);
    database.writeLazily(
        handle -> {
          writeTimes(handle, uses);
          writeRequests(handle, uses);
          writeAddresses(handle, uses);
          if (newest > cleaned) {
            handle
                .createUpdate("/* UsageStore.write */ DELETE FROM token_usage WHERE day <= :day")
                .bind("day", newest - DAYS)
                .execute();
          }
          return null;
        });
    cleaned = Math.max(cleaned, newest);
  }

  private static void writeTimes(Handle handle, Map<String, TokenUse> uses) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            /* UsageStore.writeTimes */
            UPDATE api_token SET last_used_at = :at, last_used_from = :from
            WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)
            """);
    uses.forEach(
        (id, use) ->
            batch
                .bind("id", id)
                .bind("at", use.lastAt().toEpochMilli())
                .bind("from", use.lastFrom())
                .add());
    int[] unused = batch.execute();
  }

  private static void writeRequests(Handle handle, Map<String, TokenUse> uses) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            /* UsageStore.writeRequests */
            INSERT INTO token_usage (token_id, day, requests) VALUES (:id, :day, :requests)
            ON CONFLICT (token_id, day)
            DO UPDATE SET requests = token_usage.requests + excluded.requests
            """);
    uses.forEach(
        (id, use) ->
            use.requests()
                .forEach(
                    (day, requests) ->
                        batch.bind("id", id).bind("day", day).bind("requests", requests).add()));
    int[] unused = batch.execute();
  }

  private static void writeAddresses(Handle handle, Map<String, TokenUse> uses) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            /* UsageStore.writeAddresses */
            INSERT INTO token_address (token_id, address, last_used_at) VALUES (:id, :address, :at)
            ON CONFLICT (token_id, address) DO UPDATE SET last_used_at = excluded.last_used_at
            WHERE token_address.last_used_at < excluded.last_used_at
            """);
    PreparedBatch older =
        handle.prepareBatch(
            """
            /* UsageStore.writeAddresses */
            DELETE FROM token_address WHERE token_id = :id AND address NOT IN (
              SELECT address FROM token_address WHERE token_id = :id
              ORDER BY last_used_at DESC, address LIMIT :most)
            """);
    uses.forEach(
        (id, use) -> {
          use.addresses()
              .forEach(
                  (address, at) ->
                      batch
                          .bind("id", id)
                          .bind("address", address)
                          .bind("at", at.toEpochMilli())
                          .add());
          if (!use.addresses().isEmpty()) {
            older.bind("id", id).bind("most", TokenUse.ADDRESSES).add();
          }
        });
    if (batch.size() > 0) {
      int[] unused = batch.execute();
      int[] unusedToo = older.execute();
    }
  }
}
