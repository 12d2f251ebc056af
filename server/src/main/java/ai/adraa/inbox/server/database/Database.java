package ai.adraa.inbox.server.database;

import ai.adraa.inbox.server.error.UserException;
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
 * The token store's database, SQLite or PostgreSQL. Where their languages differ, {@link #sql}
 * chooses, and nothing else in the stores. Where it fails it says so, once and not at each request,
 * and goes on by itself when the cause is gone. Thread-safe.
 */
public abstract class Database implements AutoCloseable {
  public final String location;

  /**
   * @param location what people know it by, without a password
   */
  public Database(String location) {
    this.location = location;
  }

  /** What a row of an answer says. */
  public interface Row<T> {
    T of(ResultSet row) throws SQLException;
  }

  /** What the operator named, without a password. */
  public final String location() {
    return location;
  }

  /** The file, if it is one. */
  public abstract Optional<Path> file();

  /** Of two texts the one that this database understands. */
  public abstract String sql(String sqlite, String postgres);

  /** For a row that is not what was asked for: the database must not be believed. */
  public abstract SQLException damaged(String what);

  /** Measures from now on the pools and the statements. */
  public abstract void observe(MetricsTrackerFactory pools, StatementTimer statements);

  /**
   * Reads what a verification reads.
   *
   * @throws DatabaseUnavailableException if tokens cannot be read
   */
  public abstract void check();

  /** What is wrong although tokens can be verified, in a word. */
  public abstract Optional<String> warning();

  /**
   * Reads what has been committed, from no other database than the one that is now at its place;
   * the handle is valid during the call only.
   *
   * @throws DatabaseUnavailableException if the database cannot answer
   */
  public abstract <T extends @Nullable Object> T read(Function<Handle, T> query);

  /**
   * Reads as {@link #read} the row that keys lead to, by a statement that each connection prepares
   * once: to prepare it takes longer than to run it.
   *
   * @return empty if there is none
   */
  public abstract <T> Optional<T> lookUp(String sql, Row<T> row, Object... keys);

  /** Whether {@link #lookUp} is expected to wait for nothing. */
  public abstract boolean isQuick();

  /**
   * Writes in one transaction, as if there were no other at the same time: on return it is on the
   * disk, and seen by whatever {@link #read} or {@link #lookUp} begins from then on, in any
   * process; on an exception other than {@link DatabaseUnavailableException} nothing is changed.
   *
   * @param work may be run more than once, so that it changes nothing else
   * @throws DatabaseUnavailableException if the database cannot answer, or not say whether it is
   *     written
   */
  public abstract <T extends @Nullable Object> T write(Function<Handle, T> work);

  /** As {@link #write}, but may be lost if the database fails within a second. */
  public <T extends @Nullable Object> T writeLazily(Function<Handle, T> work) {
    return write(work);
  }

  @Override
  public abstract void close();

  protected static Jdbi jdbi(DataSource pool) {
    Jdbi jdbi = Jdbi.create(pool);
    // By default an exception quotes the bound values, and so would the log.
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
    return jdbi;
  }

  /**
   * Brings the tables to this version.
   *
   * @throws UserException if they are of a newer one
   */
  protected static void migrate(String location, Flyway flyway) {
    boolean newer =
        Arrays.stream(flyway.info().applied())
            .map(MigrationInfo::getState)
            .anyMatch(s -> s == MigrationState.FUTURE_SUCCESS || s == MigrationState.FUTURE_FAILED);
    if (newer) {
      throw new UserException(
          "The database " + location + " was written by a newer version; update this program");
    }
    if (flyway.info().pending().length > 0) {
      flyway.migrate();
    }
    flyway.validate();
  }

  /**
   * Says why a database cannot be opened.
   *
   * @param reason what its driver's failure means, if it is known
   */
  protected static UserException cannotOpen(
      String location, Exception failure, Optional<String> reason) {
    boolean foreign =
        failure instanceof FlywayException
            && !(UserException.origin(failure) instanceof SQLException);
    return new UserException(
        "Cannot open the database "
            + location
            + ": "
            + (foreign
                ? "its tables are not those of this program"
                : reason.orElseGet(() -> UserException.reason(failure))),
        failure);
  }
}
