package ai.adraa.inbox.server;

import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.postgresql.StandbyOptions;
import ai.adraa.inbox.server.http.ListenAddress;
import ai.adraa.inbox.server.http.TlsFiles;
import ai.adraa.inbox.server.http.TrustedProxies;
import ai.adraa.inbox.server.limit.RateLimit;
import java.net.URI;
import java.util.Optional;

/**
 * What the operator decides.
 *
 * @param listen where callers find the server
 * @param standby from which verifications read; empty for the database itself
 * @param smtp the mail server's URL; empty to print mail to the log
 * @param publicUrl where browsers find the server; empty for the address it listens on
 * @param rateLimit for each IP address; empty for none
 * @param signInLimit for codes requested and codes tried, for each IP address; empty for none
 * @param management where health and metrics are; empty for nowhere
 * @param trustedProxies whose X-Forwarded-For is believed
 * @param accessLog whether each request is logged
 * @param tls the certificate to speak TLS with; empty for plain HTTP
 */
public record ServerOptions(
    DatabaseLocation database,
    Optional<StandbyOptions> standby,
    ListenAddress listen,
    Optional<ListenAddress> management,
    Optional<URI> publicUrl,
    Optional<TlsFiles> tls,
    TrustedProxies trustedProxies,
    Optional<RateLimit> rateLimit,
    Optional<RateLimit> signInLimit,
    Optional<String> smtp,
    String mailFrom,
    boolean accessLog) {
  /** Options for a database; all others are as the command line's defaults, but without limits. */
  public static Builder on(DatabaseLocation database) {
    return new Builder(database);
  }

  /** Sets options one by one. Not thread-safe. */
  public static final class Builder {
    private final DatabaseLocation database;
    private Optional<StandbyOptions> standby = Optional.empty();
    private ListenAddress listen = new ListenAddress("127.0.0.1", 0);
    private Optional<ListenAddress> management = Optional.empty();
    private Optional<URI> publicUrl = Optional.empty();
    private Optional<TlsFiles> tls = Optional.empty();
    private TrustedProxies trustedProxies = TrustedProxies.NONE;
    private Optional<RateLimit> rateLimit = Optional.empty();
    private Optional<RateLimit> signInLimit = Optional.empty();
    private Optional<String> smtp = Optional.empty();
    private String mailFrom = "no-reply@localhost";
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

    public Builder mailFrom(String value) {
      mailFrom = value;
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
          publicUrl,
          tls,
          trustedProxies,
          rateLimit,
          signInLimit,
          smtp,
          mailFrom,
          accessLog);
    }
  }
}
