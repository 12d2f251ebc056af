package ai.adraa.inbox.server.database;

import ai.adraa.inbox.server.error.OperatorException;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jspecify.annotations.Nullable;

/**
 * Gives the stores transactions and reads on SQLite or PostgreSQL without exposing the driver.
 * Stores use {@link #sql} where the SQL dialects differ. A failure is logged at most once a minute
 * per reason, and the database recovers by itself when the cause is gone. Thread-safe.
 */
public abstract class Database implements AutoCloseable {
  protected final String location;

  /**
   * @param location the name used in messages and logs, without a password
   */
  protected Database(String location) {
    this.location = location;
  }

  /** Maps the current row of a result set to a value. */
  public interface Row<T> {
    T of(ResultSet row) throws SQLException;
  }

  /** Returns the location as the operator gave it, without a password. */
  public final String location() {
    return location;
  }

  /** Returns the database file; empty if the database is not a file. */
  public abstract Optional<Path> file();

  /** Returns the SQL text that is in this database's dialect. */
  public abstract String sql(String sqlite, String postgres);

  /**
   * Returns the exception to throw when a query returns a row that does not match its key: the
   * database is corrupt and its answers cannot be trusted.
   */
  public abstract SQLException damaged(String what);

  /** Starts to report metrics of the connection pools and the duration of each statement. */
  public abstract void observe(MetricsTrackerFactory pools, StatementTimer statements);

  /**
   * Checks that tokens can be verified, by a read from the token table.
   *
   * @throws DatabaseUnavailableException if tokens cannot be read
   */
  public abstract void check();

  /**
   * Returns a problem that does not stop verification, as a code such as {@code disk_almost_full};
   * empty if there is none.
   */
  public abstract Optional<String> warning();

  /**
   * Runs a query on committed data. The handle is valid only during the call.
   *
   * @throws DatabaseUnavailableException if the database cannot answer
   */
  public abstract <T extends @Nullable Object> T read(Function<Handle, T> query);

  /**
   * Reads the row that the keys select, with the guarantees of {@link #read}. Each connection keeps
   * the prepared statement, because preparing it takes longer than running it.
   *
   * @return empty if there is no such row
   * @throws DatabaseUnavailableException if the database cannot answer
   */
  public abstract <T> Optional<T> lookUp(String sql, Row<T> row, Object... keys);

  /** Returns true if a {@link #lookUp} is expected not to block, so an I/O thread can run it. */
  public abstract boolean isQuick();

  /**
   * Runs the work in one serializable transaction. When this method returns, the changes are on
   * disk, and every {@link #read} or {@link #lookUp} that starts afterwards, in any process, sees
   * them. If it throws anything other than {@link DatabaseUnavailableException}, nothing was
   * changed.
   *
   * @param work may run more than once, so it must have no other side effects
   * @throws DatabaseUnavailableException if the database cannot answer, or cannot tell whether the
   *     changes were committed
   */
  public abstract <T extends @Nullable Object> T write(Function<Handle, T> work);

  /**
   * Returns when every {@link #read} or {@link #lookUp} that starts afterwards, in any process,
   * sees at least what this process has read so far.
   *
   * @throws DatabaseUnavailableException if that cannot be told
   */
  public void confirm() {}

  /** Like {@link #write}, but the changes can be lost if the database fails within a second. */
  public <T extends @Nullable Object> T writeLazily(Function<Handle, T> work) {
    return write(work);
  }

  @Override
  public abstract void close();

  /**
   * Returns Flyway with this program's migrations.
   *
   * @param dialect the folder of the SQL migrations; those in Java are the same for both
   */
  protected static Flyway flyway(DataSource database, String dialect) {
    return Flyway.configure()
        .dataSource(database)
        .locations("classpath:db/" + dialect)
        .javaMigrations(new NameKeysMigration())
        .load();
  }

  protected static Jdbi jdbi(DataSource pool) {
    Jdbi jdbi = Jdbi.create(pool);
    // By default an exception message contains the bound values, which would end up in the log.
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
    return jdbi;
  }

  /**
   * Migrates the tables to this program's version.
   *
   * @throws OperatorException if a newer version of this program wrote them
   */
  protected static void migrate(String location, Flyway flyway) {
    boolean newer =
        Arrays.stream(flyway.info().applied())
            .map(MigrationInfo::getState)
            .anyMatch(s -> s == MigrationState.FUTURE_SUCCESS || s == MigrationState.FUTURE_FAILED);
    if (newer) {
      throw new OperatorException(
          "The database " + location + " was written by a newer version; update this program");
    }
    if (flyway.info().pending().length > 0) {
      flyway.migrate();
    }
    flyway.validate();
  }

  /**
   * Returns an exception that says why a database cannot be opened.
   *
   * @param reason the meaning of the driver's failure; empty if unknown
   */
  protected static OperatorException cannotOpen(
      String location, Exception failure, Optional<String> reason) {
    boolean foreign =
        failure instanceof FlywayException
            && !(OperatorException.origin(failure) instanceof SQLException);
    return new OperatorException(
        "Cannot open the database "
            + location
            + ": "
            + (foreign
                ? "its tables do not belong to this program"
                : reason.orElseGet(() -> OperatorException.reason(failure))),
        failure);
  }
}
