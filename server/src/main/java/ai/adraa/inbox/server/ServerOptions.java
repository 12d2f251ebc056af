package ai.adraa.inbox.server;

import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.postgresql.StandbyOptions;
import ai.adraa.inbox.server.http.ListenAddress;
import ai.adraa.inbox.server.http.Listener;
import ai.adraa.inbox.server.http.TlsFiles;
import ai.adraa.inbox.server.http.TrustedProxies;
import ai.adraa.inbox.server.limit.RateLimit;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The operator's settings for a server.
 *
 * @param standby the PostgreSQL standby from which verifications read; empty to read the database
 *     itself
 * @param listen the address and port for API requests; port 0 for any free port
 * @param management the address and port of health and metrics; empty to switch them off
 * @param idleTimeout how long a connection waits for its next request
 * @param publicUrl the URL at which browsers reach the server; empty for the address it listens on
 * @param tls the certificate for HTTPS; empty for plain HTTP
 * @param trustedProxies the proxies whose X-Forwarded-For header is trusted
 * @param rateLimit requests per IP address; empty for no limit
 * @param signInLimit codes requested, and codes tried, per IP address; empty for no limit
 * @param smtp the mail server's URL; empty to print mail to the log
 * @param mailFrom the sender's address of the mail; empty for {@code no-reply@} and the host of the
 *     public URL
 * @param gitHubKeys the https URL or the file of GitHub's keys; empty to accept no reports of
 *     GitHub
 * @param accessLog true to log each request
 */
public record ServerOptions(
    DatabaseLocation database,
    Optional<StandbyOptions> standby,
    ListenAddress listen,
    Optional<ListenAddress> management,
    Duration idleTimeout,
    Optional<URI> publicUrl,
    Optional<TlsFiles> tls,
    TrustedProxies trustedProxies,
    Optional<RateLimit> rateLimit,
    Optional<RateLimit> signInLimit,
    Optional<String> smtp,
    Optional<String> mailFrom,
    Optional<String> gitHubKeys,
    boolean accessLog) {
  /**
   * Returns a builder with defaults for embedding: 127.0.0.1 on any free port; no TLS, mail server,
   * limits, management port or access log.
   */
  public static Builder on(DatabaseLocation database) {
    return new Builder(database);
  }

  /** Builds {@link ServerOptions}. Not thread-safe. */
  public static final class Builder {
    private final DatabaseLocation database;
    private Optional<StandbyOptions> standby = Optional.empty();
    private ListenAddress listen = new ListenAddress("127.0.0.1", 0);
    private Optional<ListenAddress> management = Optional.empty();
    private Duration idleTimeout = Listener.IDLE_TIMEOUT;
    private Optional<URI> publicUrl = Optional.empty();
    private Optional<TlsFiles> tls = Optional.empty();
    private TrustedProxies trustedProxies = TrustedProxies.NONE;
    private Optional<RateLimit> rateLimit = Optional.empty();
    private Optional<RateLimit> signInLimit = Optional.empty();
    private Optional<String> smtp = Optional.empty();
    private Optional<String> mailFrom = Optional.empty();
    private Optional<String> gitHubKeys = Optional.empty();
    private boolean accessLog;

    private Builder(DatabaseLocation database) {
      this.database = database;
    }

    public Builder standby(Optional<StandbyOptions> value) {
      standby = value;
      return this;
    }

    public Builder listen(ListenAddress value) {
      listen = value;
      return this;
    }

    public Builder management(Optional<ListenAddress> value) {
      management = value;
      return this;
    }

    public Builder idleTimeout(Duration value) {
      idleTimeout = value;
      return this;
    }

    public Builder publicUrl(Optional<URI> value) {
      publicUrl = value;
      return this;
    }

    public Builder tls(Optional<TlsFiles> value) {
      tls = value;
      return this;
    }

    public Builder trustedProxies(TrustedProxies value) {
      trustedProxies = value;
      return this;
    }

    public Builder rateLimit(Optional<RateLimit> value) {
      rateLimit = value;
      return this;
    }

    public Builder signInLimit(Optional<RateLimit> value) {
      signInLimit = value;
      return this;
    }

    public Builder smtp(Optional<String> value) {
      smtp = value;
      return this;
    }

    public Builder mailFrom(Optional<String> value) {
      mailFrom = value;
      return this;
    }

    public Builder gitHubKeys(Optional<String> value) {
      gitHubKeys = value;
      return this;
    }

    public Builder accessLog(boolean value) {
      accessLog = value;
      return this;
    }

    public ServerOptions build() {
      return new ServerOptions(
          database,
          standby,
          listen,
          management,
          idleTimeout,
          publicUrl,
          tls,
          trustedProxies,
          rateLimit,
          signInLimit,
          smtp,
          mailFrom,
          gitHubKeys,
          accessLog);
    }
  }
}
