package ai.adraa.inbox.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
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
import org.sqlite.core.DB.ProgressObserver;

/**
 * Copies a whole database while others use it, and puts a copy in a database's place. A copy gets
 * its name only when it is whole, verified and on the disk.
 */
final class Backup {
  /**
   * What became of a restore.
   *
   * @param replaced where the database that was there is kept; empty if there was none
   * @param revocations tokens that were active in the backup, but revoked since
   * @param lostTokens active tokens of the replaced database that the backup does not have
   * @param events what the audit trail tells of since the backup
   * @param read whether the replaced database could be read, so that nothing of this is lost
   */
  record Restored(
      Inspection now,
      Optional<Path> replaced,
      long revocations,
      long lostTokens,
      long events,
      boolean read) {}

  private static final int PAGES_AT_ONCE = 1000;
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private Backup() {}

  /**
   * Writes a backup of the database, as it is at one moment; what is committed before is in it.
   *
   * @throws UserException if it cannot be written or is not sound; then the target is as it was
   */
  static Inspection write(
      Path database, Path target, boolean overwrite, ProgressObserver progress) {
    Path copy = target.resolveSibling("." + target.getFileName() + ".partial");
    try {
      if (!overwrite && Files.exists(target)) {
        throw new UserException(
            target + " exists; name another file, or replace it by --overwrite");
      }
      if (Files.exists(target) && Files.isSameFile(database, target)) {
        throw new UserException(target + " is the database itself; name another file");
      }
      Inspection inspection = copy(database, copy, progress);
      Files.move(copy, target, StandardCopyOption.ATOMIC_MOVE);
      forceDirectory(target);
      return inspection;
    } catch (SQLException | IOException e) {
      throw new UserException("Cannot write the backup " + target + ": " + reason(e), e);
    } finally {
      delete(copy);
    }
  }

  /**
   * Puts the backup in the database's place. What was taken away since the backup stays so: revoked
   * tokens stay revoked, and who is a member of what is as in the database that is replaced. That
   * one is kept beside.
   *
   * @param acceptLoss go on if the replaced database is damaged and cannot tell what was revoked
   * @throws UserException if the backup is not sound, the database is in use or cannot be read;
   *     then it is as it was
   */
  static Restored restore(
      Path backup, Path named, boolean acceptLoss, Clock clock, AuditEvent.Source source) {
    try {
      // A link stays one.
      Path database = Files.exists(named) ? named.toRealPath() : named.toAbsolutePath();
      if (!Files.exists(backup)) {
        throw new UserException("There is no backup " + backup);
      }
      if (Files.exists(database) && Files.isSameFile(backup, database)) {
        throw new UserException(backup + " is the database itself; name its backup");
      }
      Path copy = database.resolveSibling("." + database.getFileName() + ".restoring");
      try {
        Inspection unused = copy(backup, copy, (remaining, pages) -> {});
        Database.open(copy.toString()).close();
        Restored restored = carryOver(copy, database, acceptLoss, clock, source);
        force(copy);
        if (restored.replaced().isPresent()) {
          move(database, restored.replaced().get());
        }
        Files.move(copy, database, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory(database);
        return restored;
      } finally {
        delete(copy);
      }
    } catch (SQLException | IOException e) {
      throw new UserException("Cannot restore the backup " + backup + ": " + reason(e), e);
    }
  }

  /** One file, as the source is at one moment. */
  private static Inspection copy(Path source, Path copy, ProgressObserver progress)
      throws SQLException, IOException {
    delete(copy);
    Files.createFile(copy, ownerOnly());
    Map<String, Long> rows;
    try (Connection connection = Inspection.readOnly(source).getConnection()) {
      // The transaction holds the moment: without it each commit would make the copy begin anew.
      connection.setAutoCommit(false);
      rows = Inspection.rows(connection);
      int result =
          connection
              .unwrap(SQLiteConnection.class)
              .getDatabase()
              .backup("main", copy.toString(), progress, 100, 100, PAGES_AT_ONCE);
      connection.rollback();
      if (result != SQLiteErrorCode.SQLITE_OK.code && result != SQLiteErrorCode.SQLITE_DONE.code) {
        throw new SQLException(SQLiteErrorCode.getErrorCode(result).toString());
      }
    }
    // A copy for the shelf has no log beside it.
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = DELETE");
    }
    Inspection inspection = Inspection.of(copy);
    if (!inspection.faults().isEmpty()) {
      throw new UserException(source + " is refused. " + inspection.faults().get(0));
    }
    if (!inspection.rows().equals(rows)) {
      throw new UserException("The copy of " + source + " does not have the same rows");
    }
    force(copy);
    return inspection;
  }

  /** Locks out everyone else, takes over what must not be undone, and drops who was signed in. */
  private static Restored carryOver(
      Path copy, Path database, boolean acceptLoss, Clock clock, AuditEvent.Source source)
      throws SQLException {
    boolean exists = Files.exists(database);
    long revocations = 0;
    long lostTokens = 0;
    long events = 0;
    boolean read = false;
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Handle handle = Jdbi.create(connection).open()) {
      handle.execute("PRAGMA foreign_keys = ON");
      handle.execute("PRAGMA busy_timeout = 2000");
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
        } catch (JdbiException e) {
          if (isBusy(e)) {
            throw new UserException(
                "The database " + database + " is in use; stop the server, then restore", e);
          }
          if (!acceptLoss) {
            throw unreadable(database, reason(e));
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
    }
    Optional<Path> replaced =
        exists
            ? Optional.of(
                database.resolveSibling(
                    database.getFileName() + ".replaced-" + STAMP.format(clock.instant())))
            : Optional.empty();
    return new Restored(
        Inspection.of(copy), replaced, revocations, lostTokens, events, read || !exists);
  }

  private static void rollback(Handle handle) {
    try {
      handle.execute("ROLLBACK");
      handle.execute("DETACH replaced");
    } catch (JdbiException e) {
      // SQLite ended the transaction itself, or it had not begun.
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
    // Admins first: a workspace keeps one at each step.
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

  private static UserException unreadable(Path database, String reason) {
    return new UserException(
        "The database %s cannot be read (%s), so tokens revoked since the backup would be valid again; if you accept that, restore with --accept-lost-revocations"
            .formatted(database, reason));
  }

  private static boolean isBusy(JdbiException failure) {
    return failure.getCause() instanceof SQLiteException e
        && List.of(SQLiteErrorCode.SQLITE_BUSY.code, SQLiteErrorCode.SQLITE_LOCKED.code)
            .contains(e.getResultCode().code & 0xff);
  }

  /** With what lies beside it: a log belongs to its database. */
  private static void move(Path database, Path target) throws IOException {
    for (String suffix : List.of("-wal", "-shm", "")) {
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

  /** A new name is on the disk only with the directory. */
  private static void forceDirectory(Path file) throws IOException {
    if (isPosix()) {
      force(file.toAbsolutePath().resolveSibling(""));
    }
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] ownerOnly() {
    return isPosix()
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof SQLException)) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("unknown reason");
  }
}
