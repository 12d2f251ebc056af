package ai.adraa.inbox.server.maintenance;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.database.sqlite.SqliteDatabase;
import ai.adraa.inbox.server.error.UserException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Backs up a SQLite database while other processes use it, and restores a backup. A copy gets its
 * final name only when it is complete, verified and on disk.
 */
public final class Backup {
  /** Receives the progress of a copy. */
  public interface Progress {
    /**
     * Called after each step.
     *
     * @param remaining pages still to copy
     * @param pages pages in total
     */
    void progress(int remaining, int pages);
  }

  /**
   * The result of a restore.
   *
   * @param now the restored database
   * @param replaced where the replaced database is kept; empty if there was none
   * @param revocations how many tokens were active in the backup but revoked since
   * @param lostTokens how many active tokens of the replaced database the backup does not have
   * @param lostWorkspaces how many workspaces of the replaced database the backup does not have
   * @param lostMembers how many members those workspaces have
   * @param events how many audit events since the backup were carried over
   * @param read false if the replaced database was damaged or unreadable, so that the counts may be
   *     too low and revocations and events may be lost
   */
  public record Restored(
      Inspection now,
      Optional<Path> replaced,
      long revocations,
      long lostTokens,
      long lostWorkspaces,
      long lostMembers,
      long events,
      boolean read) {}

  private static final int PAGES_AT_ONCE = 1000;
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private Backup() {}

  /**
   * Writes a backup of the database as of one moment. It contains everything that was committed
   * before the call.
   *
   * @param overwrite true to replace an existing target
   * @throws UserException if the backup cannot be written or is damaged; the target is then
   *     unchanged, unless only the final sync of its directory failed
   */
  public static Inspection write(Path database, Path target, boolean overwrite, Progress progress) {
    try {
      if (!overwrite && Files.exists(target)) {
        throw new UserException(
            target + " already exists; choose another file, or replace it with --overwrite");
      }
      if (Files.exists(target) && Files.isSameFile(database, target)) {
        throw new UserException(target + " is the database itself; choose another file");
      }
      Path copy = newCopy(target, ".partial");
      try {
        Inspection inspection = copy(database, copy, progress);
        Files.move(copy, target, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory(target);
        return inspection;
      } finally {
        delete(copy);
      }
    } catch (SQLException | IOException e) {
      throw new UserException(
          "Cannot write the backup " + target + ": " + UserException.reason(e), e);
    }
  }

  /**
   * Replaces the database by the backup and keeps the replaced database beside it. Access that was
   * taken away since the backup stays away: revoked tokens stay revoked, and memberships are those
   * of the replaced database. All sessions and sign-in codes are deleted.
   *
   * @param named the database to replace; need not exist
   * @param acceptLoss true to continue if the replaced database is damaged, so that revocations
   *     since the backup may be lost
   * @param source who restores, for the audit trail
   * @throws UserException if the backup is damaged, or the database is in use or cannot be read;
   *     the database is then unchanged. If moving the files fails, the replaced database may remain
   *     under its {@code .replaced-} name
   */
  public static Restored restore(
      Path backup, Path named, boolean acceptLoss, Clock clock, AuditEvent.Source source) {
    try {
      // If the name is a link, replace its target and keep the link.
      Path database = Files.exists(named) ? named.toRealPath() : named.toAbsolutePath();
      if (!Files.exists(backup)) {
        throw new UserException("The backup " + backup + " does not exist");
      }
      if (Files.exists(database) && Files.isSameFile(backup, database)) {
        throw new UserException(backup + " is the database itself, not a backup");
      }
      Path copy = newCopy(database, ".restoring");
      try {
        Inspection unused = copy(backup, copy, (remaining, pages) -> {});
        SqliteDatabase.open(new DatabaseLocation(copy.toString())).close();
        return replace(database, copy, acceptLoss, clock, source);
      } finally {
        delete(copy);
      }
    } catch (SQLException | IOException | JdbiException e) {
      throw new UserException(
          "Cannot restore the backup " + backup + ": " + UserException.reason(e), e);
    }
  }

  /**
   * Creates a file in the target's directory that only its owner can read. Each call creates
   * another file, so concurrent copies do not collide.
   */
  private static Path newCopy(Path target, String suffix) throws IOException {
    Path directory = target.toAbsolutePath().resolveSibling("");
    return Files.createTempFile(directory, "." + target.getFileName() + ".", suffix);
  }

  /** Copies the source as of one moment into a single file and verifies the copy. */
  private static Inspection copy(Path source, Path copy, Progress progress)
      throws SQLException, IOException {
    Map<String, Long> rows;
    try (Connection connection = Inspection.readOnly(source).getConnection()) {
      // The transaction fixes the snapshot: without it, each commit would restart the copy.
      connection.setAutoCommit(false);
      rows = Inspection.rows(connection);
      int result =
          connection
              .unwrap(SQLiteConnection.class)
              .getDatabase()
              .backup("main", copy.toString(), progress::progress, 100, 100, PAGES_AT_ONCE);
      connection.rollback();
      if (result != SQLiteErrorCode.SQLITE_OK.code && result != SQLiteErrorCode.SQLITE_DONE.code) {
        throw new SQLException(SQLiteErrorCode.getErrorCode(result).toString());
      }
    }
    // A backup must be one file, without a log beside it.
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = DELETE");
    }
    Inspection inspection = Inspection.of(copy);
    if (!inspection.faults().isEmpty()) {
      throw new UserException(source + " cannot be used. " + inspection.faults().get(0));
    }
    if (!inspection.rows().equals(rows)) {
      throw new UserException("The copy of " + source + " does not have the same rows");
    }
    force(copy);
    return inspection;
  }

  /**
   * Moves the copy to the database's name. The database stays locked until then, because a commit
   * after the carry-over would be lost; Windows cannot move an open file, so the lock ends there
   * just before the move. Under the lock only SQLite may open the database file: POSIX drops all of
   * a process's locks on a file when the process closes any descriptor of it.
   */
  private static Restored replace(
      Path database, Path copy, boolean acceptLoss, Clock clock, AuditEvent.Source source)
      throws SQLException, IOException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Handle handle = Jdbi.create(connection).open()) {
      handle.execute("PRAGMA foreign_keys = ON");
      handle.execute("PRAGMA busy_timeout = 2000");
      leaveLog(handle, copy);
      Path kept =
          database.resolveSibling(
              database.getFileName() + ".replaced-" + STAMP.format(clock.instant()));
      Restored restored = carryOver(handle, copy, database, kept, acceptLoss, clock, source);
      force(copy);
      if (hasLog(copy)) {
        throw new UserException(copy + " is in use; stop the processes that use it, then restore");
      }
      if (!isPosix()) {
        // Windows cannot move an open file.
        handle.close();
        connection.close();
      }
      move(database, kept);
      Files.move(copy, database, StandardCopyOption.ATOMIC_MOVE);
      forceDirectory(database);
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
    throw new UserException(copy + " is in use; stop the processes that use it, then restore");
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
    long revocations = 0;
    long lostTokens = 0;
    long lostWorkspaces = 0;
    long lostMembers = 0;
    long events = 0;
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
        carryAgents(handle);
        revocations = carryRevocations(handle);
        carryMembers(handle);
        events = carryEvents(handle);
        lostTokens = lostTokens(handle);
        lostWorkspaces = lostWorkspaces(handle);
        lostMembers = lostMembers(handle);
      } catch (JdbiException e) {
        if (isBusy(e)) {
          throw new UserException(
              "The database " + database + " is in use; stop the server, then restore", e);
        }
        if (!acceptLoss) {
          throw unreadable(database, UserException.reason(e));
        }
        read = false;
        revocations = 0;
        events = 0;
        rollback(handle);
        handle.execute("BEGIN IMMEDIATE");
      }
    } else {
      handle.execute("BEGIN IMMEDIATE");
    }
    handle.execute("/* Backup.carryOver */ DELETE FROM session");
    handle.execute("/* Backup.carryOver */ DELETE FROM sign_in_code");
    AuditStore.record(
        handle,
        AuditEvent.of(clock.instant(), AuditEvent.Action.RESTORE, source)
            .with("revocations kept: " + revocations + ", events kept: " + events));
    handle.execute("COMMIT");
    // The replaced database is then complete in one file, even if the process dies between two
    // moves.
    if (read && !checkpoint(handle)) {
      throw new UserException("Cannot write the log of " + database + " to the database file");
    }
    Inspection now = Inspection.of(copy);
    if (!now.faults().isEmpty()) {
      throw new UserException("The restored copy cannot be used. " + now.faults().get(0));
    }
    return new Restored(
        now,
        exists ? Optional.of(kept) : Optional.empty(),
        revocations,
        lostTokens,
        lostWorkspaces,
        lostMembers,
        events,
        read || !exists);
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

  private static void carryAgents(Handle handle) {
    handle.execute(
        """
        /* Backup.carryAgents */
        INSERT INTO agent (id, email, nickname, created_at)
        SELECT id, email, nickname, created_at FROM replaced.agent WHERE true
        ON CONFLICT DO NOTHING
        """);
  }

  private static long carryRevocations(Handle handle) {
    return handle.execute(
        """
        /* Backup.carryRevocations */
        UPDATE api_token SET (revoked_at, revoked_by) = (
          SELECT r.revoked_at, coalesce(a.id, api_token.created_by)
          FROM replaced.api_token r
          LEFT JOIN replaced.agent ra ON ra.id = r.revoked_by
          LEFT JOIN agent a ON a.email = ra.email
          WHERE r.id = api_token.id)
        WHERE revoked_at IS NULL
          AND id IN (SELECT id FROM replaced.api_token WHERE revoked_at IS NOT NULL)
        """);
  }

  private static void carryMembers(Handle handle) {
    // Admins first, because a trigger requires that each workspace has one after every step.
    handle.execute(
        """
        /* Backup.carryMembers */
        INSERT INTO membership (workspace_id, agent_id, role, created_at)
        SELECT m.workspace_id, a.id, m.role, m.created_at
        FROM replaced.membership m
        JOIN replaced.agent ra ON ra.id = m.agent_id
        JOIN agent a ON a.email = ra.email
        WHERE m.workspace_id IN (SELECT id FROM workspace)
        ORDER BY m.role = 'admin' DESC
        ON CONFLICT (workspace_id, agent_id) DO UPDATE SET role = excluded.role
        """);
    handle.execute(
        """
        /* Backup.carryMembers */
        DELETE FROM membership
        WHERE workspace_id IN (SELECT id FROM replaced.workspace) AND NOT EXISTS (
          SELECT 1 FROM replaced.membership m
          JOIN replaced.agent ra ON ra.id = m.agent_id
          JOIN agent a ON a.email = ra.email
          WHERE m.workspace_id = membership.workspace_id AND a.id = membership.agent_id)
        """);
  }

  private static long carryEvents(Handle handle) {
    boolean kept =
        handle
            .createQuery(
                """
                /* Backup.carryEvents: a database of the first version has none */
                SELECT count(*) FROM replaced.sqlite_schema WHERE name = 'audit_event'
                """)
            .mapTo(Boolean.class)
            .one();
    if (!kept) {
      return 0;
    }
    return handle.execute(
        """
        /* Backup.carryEvents */
        INSERT INTO audit_event (at, action, channel, agent_id, os_user, address, request_id,
          workspace_id, token_id, member_id, detail)
        SELECT at, action, channel, agent_id, os_user, address, request_id,
          workspace_id, token_id, member_id, detail
        FROM replaced.audit_event r
        WHERE NOT EXISTS (SELECT 1 FROM audit_event e
          WHERE e.id = r.id AND e.at = r.at AND e.action = r.action
            AND e.token_id IS r.token_id AND e.member_id IS r.member_id
            AND e.request_id IS r.request_id)
        ORDER BY r.id
        """);
  }

  private static long lostTokens(Handle handle) {
    return handle
        .createQuery(
            """
            /* Backup.lostTokens */
            SELECT count(*) FROM replaced.api_token r
            WHERE r.revoked_at IS NULL AND NOT EXISTS (
              SELECT 1 FROM api_token t WHERE t.id = r.id)
            """)
        .mapTo(Long.class)
        .one();
  }

  private static long lostWorkspaces(Handle handle) {
    return handle
        .createQuery(
            """
            /* Backup.lostWorkspaces */
            SELECT count(*) FROM replaced.workspace WHERE id NOT IN (SELECT id FROM workspace)
            """)
        .mapTo(Long.class)
        .one();
  }

  private static long lostMembers(Handle handle) {
    return handle
        .createQuery(
            """
            /* Backup.lostMembers */
            SELECT count(*) FROM replaced.membership
            WHERE workspace_id NOT IN (SELECT id FROM workspace)
            """)
        .mapTo(Long.class)
        .one();
  }

  private static UserException unreadable(Path database, String reason) {
    return new UserException(
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

  private static void delete(Path copy) {
    try {
      for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
        Files.deleteIfExists(Path.of(copy + suffix));
      }
    } catch (IOException e) {
      throw new UserException("Cannot remove " + copy, e);
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Syncs the file's directory, because a rename is durable only after that. */
  private static void forceDirectory(Path file) throws IOException {
    if (isPosix()) {
      force(file.toAbsolutePath().resolveSibling(""));
    }
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }
}
