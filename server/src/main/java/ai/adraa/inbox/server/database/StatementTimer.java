package ai.adraa.inbox.server.database;

import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/** Is told how long each SQL statement took. Thread-safe. */
@FunctionalInterface
public interface StatementTimer {
  /**
   * A statement has ended, well or not.
   *
   * @param sql a constant of this program, so there are few
   */
  void record(String sql, long nanos);

  /** The same for Jdbi. */
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
