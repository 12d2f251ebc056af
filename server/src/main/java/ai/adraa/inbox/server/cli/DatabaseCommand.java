package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.Databases;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command on the database; it may be that of a running server. */
abstract class DatabaseCommand implements Callable<Integer> {
  @Mixin DatabaseOption database;
  @Spec CommandSpec spec;

  /** Only the first command on a database creates it: elsewhere a missing one is a mistake. */
  Database open(DatabaseLocation location) {
    return Databases.openExisting(location);
  }

  /** Refuses wrong options before the database is touched. */
  void validate() {}

  abstract void run(Database database, PrintWriter out, PrintWriter err);

  @Override
  public Integer call() {
    validate();
    PrintWriter out = spec.commandLine().getOut();
    try (Database opened = open(database.location)) {
      run(opened, out, spec.commandLine().getErr());
    }
    out.flush();
    return ExitCode.OK;
  }
}
