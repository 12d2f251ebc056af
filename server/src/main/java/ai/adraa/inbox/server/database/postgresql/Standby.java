package ai.adraa.inbox.server.database.postgresql;

import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.database.Outage;
import ai.adraa.inbox.server.error.UserException;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
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
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long FORGET_MILLIS = TimeUnit.HOURS.toMillis(1);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  // https://www.postgresql.org/docs/current/runtime-config-replication.html
  private static final Pattern ALL_OF_THEM =
      Pattern.compile("\\s*(?:FIRST|ANY)?\\s*(\\d+)\\s*\\((.*)\\)\\s*", Pattern.CASE_INSENSITIVE);
  private static final Pattern ONE =
      Pattern.compile("\\s*([\\p{L}_][\\p{L}\\w$]*|\"[^\"*]+\")\\s*");

  private final Source source;
  private final HikariDataSource primary;
  private final HikariDataSource pool;
  private final String location;
  private final String name;
  private final String process = UUID.randomUUID().toString();
  private final long leaseNanos;
  private final Outage reading;
  private final ScheduledExecutorService prover =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "standby");
            thread.setDaemon(true);
            return thread;
          });
  // In the nanoseconds of this machine's clock. Written under the source's lock.
  private volatile long freshUntil = System.nanoTime();
  // Of the prover alone: what the primary waits for, and since when it says so.
  private String names = "";
  private long namesSince;

  private Standby(
      Source source,
      HikariDataSource primary,
      HikariDataSource pool,
      StandbyOptions options,
      String name) {
    this.source = source;
    this.primary = primary;
    this.pool = pool;
    this.location = DatabaseLocation.withoutSecrets(options.url());
    this.name = name;
    this.leaseNanos = options.lease().toNanos();
    this.reading = new Outage("Verifying at the primary instead of the standby " + location);
    source.standby = this;
  }

  /**
   * Connections to one server. A new one may lead to another, or to the same after a crash, which
   * begins with less than it had shown: so what was proven is void.
   */
  private static final class Source extends PGSimpleDataSource {
    private static final long serialVersionUID = 1;

    private final boolean byAddress;
    private transient @Nullable Standby standby;
    private transient @Nullable String identity;
    // Written under the lock.
    private transient volatile int opened;

    /**
     * @param byAddress whether others may have the same {@code cluster_name}
     */
    Source(boolean byAddress) {
      this.byAddress = byAddress;
    }

    @Override
    public Connection getConnection() throws SQLException {
      Connection connection = super.getConnection();
      try {
        accept(identity(connection));
        return connection;
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    }

    private synchronized void accept(String found) throws SQLException {
      if (identity != null && !identity.equals(found)) {
        throw new SQLException("Another server answers than before", "08004");
      }
      identity = found;
      opened++;
      if (standby != null) {
        standby.freshUntil = System.nanoTime();
        standby.proveSoon();
      }
    }

    int opened() {
      return opened;
    }

    private String identity(Connection connection) throws SQLException {
      try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT current_setting('cluster_name'), inet_server_addr(), inet_server_port(),"
                      + " pg_is_in_recovery()");
          ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getString(1)
            + (byAddress ? " at " + row.getString(2) + ":" + row.getString(3) : "")
            + (row.getBoolean(4) ? ", a standby" : "");
      }
    }
  }

  /**
   * Connects, and proves it for the first time.
   *
   * @param database the JDBC URL by which the primary is found
   * @throws UserException if it cannot be reached, or if the primary does not wait for it
   */
  static Standby open(String database, StandbyOptions options) {
    String location = DatabaseLocation.withoutSecrets(options.url());
    if (location.contains(",")) {
      throw new UserException(
          "--database-read " + location + " names several hosts; a node reads from one standby");
    }
    HikariDataSource primary = null;
    HikariDataSource pool = null;
    try {
      Source source = new Source(options.name().isPresent());
      // One that is silent is not waited for: the primary can be asked.
      PostgresDatabase.configure(source, options.url(), Map.of("socketTimeout", "2"));
      pool =
          PostgresDatabase.pool(
              "standby",
              source,
              PostgresDatabase.READERS,
              PostgresDatabase.READ_WAIT_MILLIS,
              PostgresDatabase.Isolation.READ_COMMITTED);
      // Of its own, since those of requests may all wait for another standby.
      primary =
          PostgresDatabase.pool(
              "prover",
              PostgresDatabase.primary(database),
              1,
              PostgresDatabase.READ_WAIT_MILLIS,
              PostgresDatabase.Isolation.READ_COMMITTED);
      Standby standby =
          new Standby(source, primary, pool, options, name(location, options.name(), pool));
      standby.requireAwaited();
      standby.forgetOthers();
      var unused =
          standby.prover.scheduleWithFixedDelay(
              standby::prove, 0, PROVE_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      LOG.info("Verifications read from the standby {}, {}", standby.name, location);
      return standby;
    } catch (RuntimeException | SQLException e) {
      for (HikariDataSource opened : Arrays.asList(pool, primary)) {
        if (opened != null) {
          opened.close();
        }
      }
      throw e instanceof UserException refusal ? refusal : PostgresDatabase.unopened(location, e);
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
    int opened = source.opened();
    if (!isFresh()) {
      return Optional.empty();
    }
    try {
      T answer = query.from(pool);
      // Also at the end: this process may have stood still in between, or the answer be that of a
      // server that has just come back.
      return isFresh() && source.opened() == opened ? Optional.of(answer) : Optional.empty();
    } catch (SQLException e) {
      LOG.debug("Cannot read from the standby", e);
      if (PostgresDatabase.isDisturbed(e)) {
        // Others need not wait for it; if it is there, that is soon proven.
        lose();
      }
      return Optional.empty();
    }
  }

  private void lose() {
    synchronized (source) {
      freshUntil = System.nanoTime();
    }
  }

  private void proveSoon() {
    try {
      prover.execute(this::prove);
    } catch (RejectedExecutionException e) {
      // It is being closed.
    }
  }

  /** Unless it may have been another server, or another life of it, that was seen. */
  private boolean extend(int opened, long until) {
    synchronized (source) {
      if (source.opened != opened) {
        return false;
      }
      freshUntil = until;
      return true;
    }
  }

  /** Its name, by which the primary knows it. */
  private static String name(String location, Optional<String> given, HikariDataSource pool)
      throws SQLException {
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
      String name = given.orElse(row.getString(2));
      if (name.isEmpty()) {
        throw new UserException(
            "--database-read "
                + location
                + " has no cluster_name; set one, or give --standby-name, the application_name by"
                + " which it is in the primary's synchronous_standby_names");
      }
      return name;
    }
  }

  private void requireAwaited() throws SQLException {
    try (Connection connection = primary.getConnection()) {
      String awaited = setting(connection);
      if (!awaitsAll(awaited, name)) {
        throw new UserException(
            "--database-read %s: the primary would acknowledge revocations that it does not know of: "
                    .formatted(location)
                + complaint(awaited));
      }
    }
  }

  /** Rows of nodes that have ended. */
  private void forgetOthers() throws SQLException {
    try (Connection connection = primary.getConnection();
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM standby_probe WHERE at < ?")) {
      delete.setLong(1, System.currentTimeMillis() - FORGET_MILLIS);
      delete.executeUpdate();
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
      write(nonce);
      while (true) {
        int opened = source.opened();
        if (nonce.equals(find()) && extend(opened, begin + leaseNanos)) {
          break;
        }
        if (System.nanoTime() - begin > ARRIVAL_NANOS) {
          lose();
          throw reading.refuse("what the primary writes does not arrive there");
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
      reading.ended();
    } catch (DatabaseUnavailableException e) {
      LOG.debug("The standby is not proven", e);
    } catch (RuntimeException | SQLException e) {
      // An exception would end the schedule. It is no matter before the lease has ended.
      if (!isFresh()) {
        DatabaseUnavailableException unused =
            reading.refuse(PostgresFailure.reason(e).orElseGet(() -> UserException.reason(e)), e);
      }
    }
  }

  /** Writes to the primary, and requires that it waits for this standby, but does not wait here. */
  private void write(String nonce) throws SQLException {
    try (Connection connection = primary.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO standby_probe (node, nonce, at) VALUES (?, ?, ?)
                ON CONFLICT (node) DO UPDATE SET nonce = excluded.nonce, at = excluded.at
                """)) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET LOCAL synchronous_commit = local");
      }
      insert.setString(1, process);
      insert.setString(2, nonce);
      insert.setLong(3, System.currentTimeMillis());
      insert.executeUpdate();
      requireAwaited(setting(connection), connected(connection));
      connection.commit();
    }
  }

  private void requireAwaited(String now, int connected) {
    if (!now.equals(names)) {
      names = now;
      namesSince = System.nanoTime();
    }
    String complaint =
        !awaitsAll(now, name)
            ? complaint(now)
            : connected != 1
                ? "%d standbys are connected to the primary as %s".formatted(connected, name)
                : null;
    if (complaint != null) {
      lose();
      throw reading.refuse(complaint);
    }
    if (System.nanoTime() - namesSince < SETTLED_NANOS) {
      // PostgreSQL's processes follow a new setting one after another.
      lose();
      throw new DatabaseUnavailableException("The primary's setting is new", null);
    }
  }

  /** How many standbys have its name: the primary waits for any one of them. */
  private int connected(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT count(*) FROM pg_stat_replication WHERE lower(application_name) = lower(?)")) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
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
                "SELECT nonce FROM standby_probe WHERE node = ? AND pg_is_in_recovery()")) {
      statement.setString(1, process);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : "";
      }
    }
  }

  @Override
  public void close() {
    prover.shutdownNow();
    pool.close();
    primary.close();
  }
}
