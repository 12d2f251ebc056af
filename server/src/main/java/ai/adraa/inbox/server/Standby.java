package ai.adraa.inbox.server;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hot standby of PostgreSQL, from which a node verifies. It knows every revocation that was
 * acknowledged, since the primary acknowledges none that a synchronous standby does not show yet
 * ({@code remote_apply}). That this is so is proven again and again: the primary must wait for all
 * standbys that it names, this one among them, and what is written there must be found here. The
 * proof holds for a lease; without one, nothing is read here. Thread-safe.
 */
final class Standby implements AutoCloseable {
  /** What is read from it. */
  interface Reading<T> {
    T from(HikariDataSource pool) throws SQLException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Standby.class);
  private static final long PROVE_EVERY_MILLIS = 500;
  private static final long ARRIVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  // https://www.postgresql.org/docs/current/runtime-config-replication.html
  private static final Pattern ALL_OF_THEM =
      Pattern.compile("\\s*(?:FIRST|ANY)?\\s*(\\d+)\\s*\\((.*)\\)\\s*", Pattern.CASE_INSENSITIVE);
  private static final Pattern ONE =
      Pattern.compile("\\s*([\\p{L}_][\\p{L}\\w$]*|\"[^\"*]+\")\\s*");

  private final HikariDataSource primary;
  private final HikariDataSource pool;
  private final String location;
  private final String name;
  private final long leaseNanos;
  private final Outage reading;
  private final ScheduledExecutorService prover =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "standby");
            thread.setDaemon(true);
            return thread;
          });
  // In the nanoseconds of this machine's clock.
  private volatile long freshUntil = System.nanoTime();

  private Standby(
      HikariDataSource primary, HikariDataSource pool, InboxServer.Standby options, String name) {
    this.primary = primary;
    this.pool = pool;
    this.location = PostgresDatabase.withoutSecrets(options.url());
    this.name = name;
    this.leaseNanos = options.lease().toNanos();
    this.reading = new Outage("Verifying at the primary instead of the standby " + location);
  }

  /**
   * Connects, and proves it for the first time.
   *
   * @param primary connections to it
   * @throws UserException if it cannot be reached, or if the primary does not wait for it
   */
  static Standby open(HikariDataSource primary, InboxServer.Standby options) {
    String location = PostgresDatabase.withoutSecrets(options.url());
    HikariDataSource pool = null;
    try {
      pool =
          PostgresDatabase.readPool("standby", PostgresDatabase.dataSource(options.url(), "any"));
      String name = name(location, pool);
      Standby standby = new Standby(primary, pool, options, name);
      standby.requireAwaited();
      standby.prove();
      var unused =
          standby.prover.scheduleWithFixedDelay(
              standby::prove, PROVE_EVERY_MILLIS, PROVE_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      LOG.info("Verifications read from the standby {}, {}", name, location);
      return standby;
    } catch (RuntimeException | SQLException e) {
      if (pool != null) {
        pool.close();
      }
      throw e instanceof UserException refusal ? refusal : Database.cannotOpen(location, e);
    }
  }

  /** Whether it may be read from now. */
  boolean isFresh() {
    return freshUntil - System.nanoTime() > 0;
  }

  /**
   * Reads from it.
   *
   * @return empty if that was not proven to be as new as what the primary had acknowledged when
   *     this was called
   */
  <T> Optional<T> ask(Reading<T> query) {
    if (!isFresh()) {
      return Optional.empty();
    }
    try {
      T answer = query.from(pool);
      // Also at the end: this process may have stood still in between.
      return isFresh() ? Optional.of(answer) : Optional.empty();
    } catch (SQLException e) {
      LOG.debug("Cannot read from the standby", e);
      if (PostgresDatabase.isDisturbed(e)) {
        // Others need not wait for it; if it is there, that is soon proven.
        freshUntil = System.nanoTime();
      }
      return Optional.empty();
    }
  }

  /** Its name, by which the primary knows it. */
  private static String name(String location, HikariDataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT pg_is_in_recovery(), current_setting('cluster_name')");
        ResultSet row = statement.executeQuery()) {
      row.next();
      if (!row.getBoolean(1)) {
        throw new UserException(
            "--database-read " + location + " is no standby; leave it out, or name one");
      }
      if (row.getString(2).isEmpty()) {
        throw new UserException(
            "--database-read "
                + location
                + " has no name; set its cluster_name, and name it so in the primary's"
                + " synchronous_standby_names");
      }
      return row.getString(2);
    }
  }

  private void requireAwaited() throws SQLException {
    try (Connection connection = primary.getConnection()) {
      String names = setting(connection);
      if (!awaitsAll(names, name)) {
        throw new UserException(
            "--database-read %s: the primary would acknowledge revocations that it does not know of: "
                    .formatted(location)
                + complaint(names));
      }
    }
  }

  private String complaint(String names) {
    return ("its synchronous_standby_names is '%s', and must name all that are read from, %s among"
            + " them, and wait for all, as 'FIRST 2 (one, other)' does for two")
        .formatted(names, name);
  }

  /** Whether a commit waits for every standby that is named, and this one is. */
  static boolean awaitsAll(String names, String standby) {
    Matcher list = ALL_OF_THEM.matcher(names);
    boolean listed = list.matches();
    Set<String> named = new HashSet<>();
    for (String entry : Arrays.asList((listed ? list.group(2) : names).split(",", -1))) {
      Matcher one = ONE.matcher(entry);
      if (!one.matches()) {
        return false;
      }
      // They are compared without regard to case, quoted or not.
      named.add(one.group(1).replace("\"", "").toLowerCase(Locale.ROOT));
    }
    return Integer.parseInt(listed ? list.group(1) : "1") == named.size()
        && named.contains(standby.toLowerCase(Locale.ROOT));
  }

  private void prove() {
    // From before anything is written: what was acknowledged until now is before it in the log.
    long begin = System.nanoTime();
    String nonce = UUID.randomUUID().toString();
    try {
      String names = write(nonce);
      if (!awaitsAll(names, name)) {
        freshUntil = System.nanoTime();
        throw reading.refuse(complaint(names));
      }
      while (!nonce.equals(find())) {
        if (System.nanoTime() - begin > ARRIVAL_NANOS) {
          throw reading.refuse("what the primary writes does not arrive there");
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
      freshUntil = begin + leaseNanos;
      reading.ended();
    } catch (DatabaseUnavailableException e) {
      LOG.debug("The standby is not proven", e);
    } catch (RuntimeException | SQLException e) {
      // As said above, once; an exception would end the schedule.
      DatabaseUnavailableException unused =
          reading.refuse(
              DatabaseUnavailableException.reason(e).orElseGet(() -> UserException.reason(e)), e);
    }
  }

  /** Writes to the primary's disk only, and returns for which standbys it waits elsewhere. */
  private String write(String nonce) throws SQLException {
    try (Connection connection = primary.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO standby_probe (standby, nonce) VALUES (?, ?)
                ON CONFLICT (standby) DO UPDATE SET nonce = excluded.nonce
                """)) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      try (var statement = connection.createStatement()) {
        statement.execute("SET LOCAL synchronous_commit = local");
      }
      insert.setString(1, name);
      insert.setString(2, nonce);
      insert.executeUpdate();
      String names = setting(connection);
      connection.commit();
      return names;
    }
  }

  private static String setting(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT current_setting('synchronous_standby_names')");
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getString(1);
    }
  }

  private String find() throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT nonce FROM standby_probe WHERE standby = ? AND pg_is_in_recovery()")) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : "";
      }
    }
  }

  @Override
  public void close() {
    prover.shutdownNow();
    pool.close();
  }
}
