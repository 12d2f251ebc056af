package ai.adraa.inbox.server.database.postgresql;

import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.DatabaseUnavailableException;
import ai.adraa.inbox.server.database.FailureLog;
import ai.adraa.inbox.server.error.OperatorException;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.IsolationLevel;
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
 * Lets a node verify tokens from a PostgreSQL hot standby without missing a revocation. The standby
 * has every acknowledged revocation, because the primary acknowledges a commit only when its
 * synchronous standbys show it ({@code remote_apply}).
 *
 * <p>A background thread proves this twice a second: the primary must wait for all standbys that it
 * names, including this one, and a row written to the primary must arrive here. Each proof is valid
 * for the duration of a lease. Without a valid proof, the node does not read here. Thread-safe.
 */
final class Standby implements AutoCloseable {
  /** A query that runs on a connection of the standby's pool. */
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
  private final FailureLog reading;
  private final ScheduledExecutorService prover =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "standby");
            thread.setDaemon(true);
            return thread;
          });
  // A System.nanoTime() value. Written under the source's lock.
  private volatile long freshUntil = System.nanoTime();
  // Used by the prover thread only: the primary's synchronous_standby_names, and since when.
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
    this.reading = new FailureLog("Verifying at the primary instead of the standby " + location);
    source.standby = this;
  }

  /**
   * Opens connections to one server and voids the proof whenever it opens one. A new connection may
   * reach a different server, or the same server after a crash, which may start with less data than
   * it showed before.
   */
  private static final class Source extends PGSimpleDataSource {
    private static final long serialVersionUID = 1;

    private final boolean byAddress;
    private transient @Nullable Standby standby;
    private transient @Nullable String identity;
    // Counts the connections. Written under this object's lock.
    private transient volatile int opened;

    /**
     * @param byAddress true to identify the server by its address too, because other servers may
     *     have the same {@code cluster_name}
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
        throw new SQLException("A different server responded", "08004");
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
   * Connects, checks that the primary waits for the standby, and starts the proofs.
   *
   * @param database the JDBC URL of the primary
   * @throws OperatorException if the standby cannot be reached, or if the primary does not wait for
   *     it
   */
  static Standby open(String database, StandbyOptions options) {
    String location = DatabaseLocation.withoutSecrets(options.url());
    if (location.contains(",")) {
      throw new OperatorException(
          "--database-read " + location + " has several hosts; a node reads from one standby");
    }
    HikariDataSource primary = null;
    HikariDataSource pool = null;
    try {
      Source source = new Source(options.name().isPresent());
      // Do not wait for a silent standby, because the primary can answer instead.
      PostgresConnections.configure(source, options.url(), Map.of("socketTimeout", "2"));
      pool =
          PostgresConnections.pool(
              "standby",
              source,
              PostgresDatabase.READERS,
              PostgresDatabase.READ_WAIT_MILLIS,
              IsolationLevel.TRANSACTION_READ_COMMITTED);
      // The prover has its own connection, because those of requests may all wait for another
      // standby.
      primary =
          PostgresConnections.pool(
              "prover",
              PostgresConnections.primary(database),
              1,
              PostgresDatabase.READ_WAIT_MILLIS,
              IsolationLevel.TRANSACTION_READ_COMMITTED);
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
      throw e instanceof OperatorException refusal
          ? refusal
          : PostgresDatabase.unopened(location, e);
    }
  }

  /** Returns true if a proof is valid, so that the standby may be read now. */
  boolean isFresh() {
    return freshUntil - System.nanoTime() > 0;
  }

  /**
   * Runs a query on the standby.
   *
   * @return empty if the query failed, or if the standby was not proven to have everything that the
   *     primary had acknowledged when this method was called
   */
  <T> Optional<T> ask(Reading<T> query) {
    int opened = source.opened();
    if (!isFresh()) {
      return Optional.empty();
    }
    try {
      T answer = query.from(pool);
      // Check again at the end: the process may have been paused in between, or a server that has
      // just restarted may have answered.
      return isFresh() && source.opened() == opened ? Optional.of(answer) : Optional.empty();
    } catch (SQLException e) {
      LOG.debug("Cannot read from the standby", e);
      if (PostgresFailure.isDisturbed(e)) {
        // Other requests should not wait for it. If it is available, the next proof shows that.
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
      // This standby is being closed.
    }
  }

  /**
   * Extends the lease and returns true. Returns false if a connection was opened since {@code
   * opened} was read, because the proof may be about another server or one before a restart.
   */
  private boolean extend(int opened, long until) {
    synchronized (source) {
      if (source.opened != opened) {
        return false;
      }
      freshUntil = until;
      return true;
    }
  }

  /** Returns the name by which the primary knows the standby. */
  private static String name(String location, Optional<String> given, HikariDataSource pool)
      throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT pg_is_in_recovery(), current_setting('cluster_name')");
        ResultSet row = statement.executeQuery()) {
      row.next();
      if (!row.getBoolean(1)) {
        throw new OperatorException(
            "--database-read " + location + " is not a standby; omit the option, or use a standby");
      }
      String name = given.orElse(row.getString(2));
      if (name.isEmpty()) {
        throw new OperatorException(
            "--database-read "
                + location
                + " has no cluster_name; set one, or set --standby-name to the application_name that"
                + " the primary's synchronous_standby_names lists");
      }
      return name;
    }
  }

  private void requireAwaited() throws SQLException {
    try (Connection connection = primary.getConnection()) {
      String awaited = setting(connection);
      if (!awaitsAll(awaited, name)) {
        throw new OperatorException(
            "--database-read %s: the primary does not wait for this standby, so the standby could miss a revocation: "
                    .formatted(location)
                + complaint(awaited));
      }
    }
  }

  /** Deletes the probe rows of nodes that stopped more than an hour ago. */
  private void forgetOthers() throws SQLException {
    try (Connection connection = primary.getConnection();
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM standby_probe WHERE at < ?")) {
      delete.setLong(1, System.currentTimeMillis() - FORGET_MILLIS);
      delete.executeUpdate();
    }
  }

  private String complaint(String names) {
    return ("synchronous_standby_names is '%s'; it must list all standbys that nodes read from,"
            + " including %s, and wait for all of them, such as 'FIRST 2 (one, other)'")
        .formatted(names, name);
  }

  /**
   * Returns true if a commit waits for every standby that is listed, and this one is listed.
   *
   * @param names the value of {@code synchronous_standby_names}
   */
  static boolean awaitsAll(String names, String standby) {
    Matcher list = ALL_OF_THEM.matcher(names);
    boolean listed = list.matches();
    Set<String> named = new HashSet<>();
    for (String entry : Arrays.asList((listed ? list.group(2) : names).split(",", -1))) {
      Matcher one = ONE.matcher(entry);
      if (!one.matches()) {
        return false;
      }
      // PostgreSQL compares the names case-insensitively, quoted or not.
      named.add(one.group(1).replace("\"", "").toLowerCase(Locale.ROOT));
    }
    return Integer.parseInt(listed ? list.group(1) : "1") == named.size()
        && named.contains(standby.toLowerCase(Locale.ROOT));
  }

  private void prove() {
    // The lease starts before the write: everything acknowledged until now precedes the probe in
    // the primary's log.
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
          throw reading.refuse("writes of the primary do not arrive on the standby");
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
      reading.ended();
    } catch (DatabaseUnavailableException e) {
      LOG.debug("The standby is not proven to be up to date", e);
    } catch (RuntimeException | SQLException e) {
      // A thrown exception would end the schedule. A failure matters only after the lease ends.
      if (!isFresh()) {
        DatabaseUnavailableException unused =
            reading.refuse(
                PostgresFailure.reason(e).orElseGet(() -> OperatorException.reason(e)), e);
      }
    }
  }

  /**
   * Writes a probe to the primary and requires that the primary waits for this standby. The probe
   * itself commits without waiting for standbys.
   */
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
                ? connected + " standbys are connected to the primary as " + name
                : null;
    if (complaint != null) {
      lose();
      throw reading.refuse(complaint);
    }
    if (System.nanoTime() - namesSince < SETTLED_NANOS) {
      // PostgreSQL's processes do not all adopt a new setting at the same time.
      lose();
      throw new DatabaseUnavailableException(
          "The primary's synchronous_standby_names has just changed", null);
    }
  }

  /**
   * Returns how many connected standbys have this name. With more than one, the primary waits for
   * any of them, which may not be this one.
   */
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
