package ai.adraa.inbox.server.maintenance;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.sqlite.SqliteDatabase;
import ai.adraa.inbox.server.error.OperatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Restores a backup of a SQLite database without giving back access that was taken away since. */
public final class Restore {
  /**
   * The result of a restore.
   *
   * @param now the restored database
   * @param replaced where the replaced database is kept; empty if there was none
   * @param carried what was carried over and what is lost
   * @param read false if the replaced database was damaged or unreadable, so that the counts may be
   *     too low, and revocations and events lost
   */
  public record Restored(
      Inspection now, Optional<Path> replaced, CarryOver carried, boolean read) {}

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Restore() {}

  /**
   * Replaces the database by the backup and keeps the replaced database beside it. Access that was
   * taken away since the backup stays away: revoked tokens stay revoked, and memberships are those
   * of the replaced database. All sessions and sign-in codes are deleted.
   *
   * @param named the database to replace; need not exist
   * @param acceptLoss true to continue if the replaced database is damaged, so that revocations
   *     since the backup may be lost
   * @param source who restores, for the audit trail
   * @throws OperatorException if the backup is damaged, or the database is in use or cannot be
   *     read; the database is then unchanged. If moving the files fails, the replaced database may
   *     remain under its {@code .replaced-} name
   */
  public static Restored run(
      Path backup, Path named, boolean acceptLoss, Clock clock, AuditEvent.Source source) {
    try {
      // If the name is a link, replace its target and keep the link.
      Path database = Files.exists(named) ? named.toRealPath() : named.toAbsolutePath();
      if (!Files.exists(backup)) {
        throw new OperatorException("The backup " + backup + " does not exist");
      }
      if (Files.exists(database) && Files.isSameFile(backup, database)) {
        throw new OperatorException(backup + " is the database itself, not a backup");
      }
      try (WorkingCopy copy = WorkingCopy.beside(database, ".restoring")) {
        Inspection unused = Backup.copy(backup, copy, (remaining, pages) -> {});
        SqliteDatabase.open(new DatabaseLocation(copy.path().toString())).close();
        return replace(database, copy, acceptLoss, clock, source);
      }
    } catch (SQLException | IOException | JdbiException e) {
      throw new OperatorException(
          "Cannot restore the backup " + backup + ": " + OperatorException.reason(e), e);
    }
  }

  /**
   * Moves the copy to the database's name. The database stays locked until then, because a commit
   * after the carry-over would be lost; Windows cannot move an open file, so the lock ends there
   * just before the move. Under the lock only SQLite may open the database file: POSIX drops all of
   * a process's locks on a file when the process closes any descriptor of it.
   */
  private static Restored replace(
      Path database, WorkingCopy copy, boolean acceptLoss, Clock clock, AuditEvent.Source source)
      throws SQLException, IOException {
    Path file = copy.path();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Handle handle = Jdbi.create(connection).open()) {
      handle.execute("PRAGMA foreign_keys = ON");
      handle.execute("PRAGMA busy_timeout = 2000");
      leaveLog(handle, file);
      Path kept =
          database.resolveSibling(
              database.getFileName() + ".replaced-" + STAMP.format(clock.instant()));
      Restored restored = carryOver(handle, file, database, kept, acceptLoss, clock, source);
      copy.force();
      if (hasLog(file)) {
        throw new OperatorException(
            file + " is in use; stop the processes that use it, then restore");
      }
      if (!WorkingCopy.isPosix()) {
        // Windows cannot move an open file.
        handle.close();
        connection.close();
      }
      move(database, kept);
      copy.moveTo(database);
      return restored;
    }
  }

  /** Leaves WAL mode, so that commits go to the file itself: only that file is moved. */
  private static void leaveLog(Handle handle, Path copy) {
    try {
      String mode =
          handle.createQuery("PRAGMA main.journal_mode = DELETE").mapTo(String.class).one();
      if (mode.equals("delete")) {
        return;
      }
    } catch (JdbiException e) {
      if (!isBusy(e)) {
        throw e;
      }
    }
    throw new OperatorException(copy + " is in use; stop the processes that use it, then restore");
  }

  private static boolean hasLog(Path file) throws IOException {
    Path log = Path.of(file + "-wal");
    return Files.exists(log) && Files.size(log) > 0;
  }

  /**
   * Carries over from the replaced database what a restore must not undo, deletes all sessions and
   * sign-in codes, and records the restore.
   */
  private static Restored carryOver(
      Handle handle,
      Path copy,
      Path database,
      Path kept,
      boolean acceptLoss,
      Clock clock,
      AuditEvent.Source source) {
    boolean exists = Files.exists(database);
    CarryOver carried = CarryOver.NONE;
    boolean read = false;
    if (exists) {
      try {
        handle.execute("ATTACH ? AS replaced", database.toString());
        handle.execute("PRAGMA replaced.locking_mode = EXCLUSIVE");
        handle.execute("BEGIN IMMEDIATE");
        List<String> damage =
            handle.createQuery("PRAGMA replaced.integrity_check").mapTo(String.class).list();
        read = damage.equals(List.of("ok"));
        if (!read && !acceptLoss) {
          throw unreadable(database, damage.get(0));
        }
        carried = CarryOver.run(handle);
      } catch (JdbiException e) {
        if (isBusy(e)) {
          throw new OperatorException(
              "The database " + database + " is in use; stop the server, then restore", e);
        }
        if (!acceptLoss) {
          throw unreadable(database, OperatorException.reason(e));
        }
        read = false;
        rollback(handle);
        handle.execute("BEGIN IMMEDIATE");
      }
    } else {
      handle.execute("BEGIN IMMEDIATE");
    }
    handle.execute("/* Restore.carryOver */ DELETE FROM session");
    handle.execute("/* Restore.carryOver */ DELETE FROM sign_in_code");
    AuditStore.record(
        handle,
        AuditEvent.of(clock.instant(), AuditEvent.Action.RESTORE, source)
            .with(
                "revocations kept: "
                    + carried.revocations()
                    + ", expiries kept: "
                    + carried.expiries()
                    + ", events kept: "
                    + carried.events()));
    handle.execute("COMMIT");
    // The replaced database is then complete in one file, even if the process dies between two
    // moves.
    if (read && !checkpoint(handle)) {
      throw new OperatorException("Cannot write the log of " + database + " to the database file");
    }
    Inspection now = Inspection.of(copy);
    if (!now.faults().isEmpty()) {
      throw new OperatorException("The restored copy cannot be used. " + now.faults().get(0));
    }
    return new Restored(
        now, exists ? Optional.of(kept) : Optional.empty(), carried, read || !exists);
  }

  private static boolean checkpoint(Handle handle) {
    return handle
        .createQuery("PRAGMA replaced.wal_checkpoint(TRUNCATE)")
        .map((row, context) -> row.getLong("busy") == 0)
        .one();
  }

  private static void rollback(Handle handle) {
    try {
      handle.execute("ROLLBACK");
      handle.execute("DETACH replaced");
    } catch (JdbiException e) {
      // SQLite has already ended the transaction, or it had not begun.
    }
  }

  private static OperatorException unreadable(Path database, String reason) {
    return new OperatorException(
        "The database %s cannot be read (%s), so tokens revoked since the backup would become valid again; to accept this, restore with --accept-lost-revocations"
            .formatted(database, reason));
  }

  private static boolean isBusy(JdbiException failure) {
    return failure.getCause() instanceof SQLiteException e
        && List.of(SQLiteErrorCode.SQLITE_BUSY.code, SQLiteErrorCode.SQLITE_LOCKED.code)
            .contains(e.getResultCode().code & 0xff);
  }

  /**
   * Moves the database with its log and journal, even if the database file itself is missing:
   * SQLite would replay a log left behind into the next database of this name.
   */
  private static void move(Path database, Path target) throws IOException {
    if (!hasLog(database)) {
      Files.deleteIfExists(Path.of(database + "-wal"));
    }
    // SQLite rebuilds this index from the log.
    Files.deleteIfExists(Path.of(database + "-shm"));
    for (String suffix : List.of("-wal", "-journal", "")) {
      Path file = Path.of(database + suffix);
      if (Files.exists(file)) {
        Files.move(file, Path.of(target + suffix), StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }
}
