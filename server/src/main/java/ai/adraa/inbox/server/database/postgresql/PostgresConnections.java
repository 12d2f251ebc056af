package ai.adraa.inbox.server.database.postgresql;

import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.error.OperatorException;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.util.IsolationLevel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.ds.PGSimpleDataSource;

/** Makes sources and pools of connections to PostgreSQL. */
public final class PostgresConnections {
  private static final int STATEMENT_MILLIS = 5_000;
  private static final int SOCKET_SECONDS = 15;

  private static final String SETTINGS =
      "SET statement_timeout = " + STATEMENT_MILLIS + "; SET lock_timeout = " + STATEMENT_MILLIS;

  private PostgresConnections() {}

  /**
   * Returns a source of connections to the primary, whichever of the URL's hosts it is.
   *
   * @throws OperatorException if the URL is invalid
   */
  public static PGSimpleDataSource primary(String url) {
    return primary(url, SOCKET_SECONDS);
  }

  /**
   * Like {@link #primary(String)}, with another socket timeout.
   *
   * @param socketSeconds how long a statement may wait for data from the server, unless the URL
   *     sets {@code socketTimeout}; 0 means no limit
   */
  public static PGSimpleDataSource primary(String url, int socketSeconds) {
    PGSimpleDataSource all = new PGSimpleDataSource();
    configure(all, url, Map.of());
    List<PGSimpleDataSource> hosts = new ArrayList<>();
    for (int i = 0; i < all.getServerNames().length; i++) {
      PGSimpleDataSource host = new PGSimpleDataSource();
      configure(
          host, url, Map.of("targetServerType", "primary", "socketTimeout", "" + socketSeconds));
      host.setServerNames(new String[] {all.getServerNames()[i]});
      host.setPortNumbers(new int[] {all.getPortNumbers()[i]});
      hosts.add(host);
    }
    return hosts.size() == 1 ? hosts.get(0) : new OneOf(hosts);
  }

  /**
   * Tries the hosts one by one, starting with the last known primary. The driver itself applies one
   * timeout to all hosts together, so a silent first host would leave no time for the others.
   */
  private static final class OneOf extends PGSimpleDataSource {
    private static final long serialVersionUID = 1;

    private final transient List<PGSimpleDataSource> hosts;
    private transient volatile int last;

    OneOf(List<PGSimpleDataSource> hosts) {
      this.hosts = List.copyOf(hosts);
    }

    @Override
    public Connection getConnection() throws SQLException {
      SQLException failure = new SQLException("The URL has no host", "08001");
      int first = last;
      for (int i = 0; i < hosts.size(); i++) {
        int host = (first + i) % hosts.size();
        try {
          Connection connection = hosts.get(host).getConnection();
          last = host;
          return connection;
        } catch (SQLException e) {
          e.addSuppressed(failure);
          failure = e;
        }
      }
      throw failure;
    }
  }

  /**
   * Applies a URL to the source. Parameters that the URL does not set get values that keep waits
   * short.
   *
   * @param defaults more parameters for the case that the URL does not set them; see
   *     https://jdbc.postgresql.org/documentation/use/
   * @throws OperatorException if the URL is invalid
   */
  static void configure(PGSimpleDataSource source, String url, Map<String, String> defaults) {
    Map<String, String> all = new HashMap<>(defaults);
    all.put("connectTimeout", "2");
    all.put("loginTimeout", "2");
    all.put("tcpKeepAlive", "true");
    all.put("ApplicationName", "adraa-inbox");
    // Otherwise an exception contains the row that could not be written, and so would the log.
    all.put("logServerErrorDetail", "false");
    try {
      source.setUrl(url);
      for (Map.Entry<String, String> option : all.entrySet()) {
        if (!url.contains(option.getKey() + "=")) {
          source.setProperty(option.getKey(), option.getValue());
        }
      }
    } catch (IllegalArgumentException | SQLException e) {
      // Without the cause, whose message contains the URL and its password.
      throw new OperatorException(
          "Cannot open the database "
              + DatabaseLocation.withoutSecrets(url)
              + ": it is not a URL like jdbc:postgresql://HOST/NAME?user=USER");
    }
  }

  static HikariDataSource pool(
      String name,
      PGSimpleDataSource connections,
      int size,
      int waitMillis,
      IsolationLevel isolation) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(connections);
    config.setMaximumPoolSize(size);
    // A command needs only one, and a server's pool soon grows to what it needs.
    config.setMinimumIdle(1);
    config.setConnectionTimeout(waitMillis);
    config.setInitializationFailTimeout(1);
    config.setTransactionIsolation(isolation.name());
    config.setConnectionInitSql(SETTINGS);
    config.setExceptionOverride(new EvictDisturbed());
    return new HikariDataSource(config);
  }

  /** Evicts a connection that has failed or that leads to a former primary. */
  static final class EvictDisturbed implements SQLExceptionOverride {
    @java.lang.Override
    public Override adjudicate(SQLException failure) {
      return PostgresFailure.isDisturbed(failure) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
  }
}
