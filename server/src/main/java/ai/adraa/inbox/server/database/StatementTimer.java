package ai.adraa.inbox.server.database;

import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Receives the duration of each SQL statement, so that this package does not depend on {@code
 * metrics}. Implementations must be thread-safe.
 */
@FunctionalInterface
public interface StatementTimer {
  /**
   * Called when a statement has succeeded or failed.
   *
   * @param sql the statement's text, a constant of this program, so there are few different ones
   * @param nanos the duration in nanoseconds
   */
  void record(String sql, long nanos);

  /** Returns a logger that reports Jdbi's statements to this timer. */
  default SqlLogger logger() {
    return new SqlLogger() {
      @Override
      public void logAfterExecution(StatementContext context) {
        record(context.getRawSql(), context.getElapsedTime(ChronoUnit.NANOS));
      }

      @Override
      public void logException(StatementContext context, SQLException failure) {
        logAfterExecution(context);
      }
    };
  }
}
