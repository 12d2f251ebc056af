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

/** Base class of commands that use the database, even while a server runs on it. */
abstract class DatabaseCommand implements Callable<Integer> {
  @Mixin DatabaseOption database;
  @Spec CommandSpec spec;

  /**
   * Opens an existing database. {@code workspace create} overrides this to create a missing file;
   * for the other subclasses a missing file is a mistake.
   */
  Database open(DatabaseLocation location) {
    return Databases.openExisting(location);
  }

  /** Checks the options before the database is opened, because opening may create or migrate it. */
  void validate() {}

  /** Runs the command. Results go to {@code out}, everything else to {@code err}. */
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
