package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.mail.OutgoingMailStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Finds and revokes the tokens of leaked secrets. Thread-safe. */
final class LeakStore {
  /**
   * A token of any status.
   *
   * @param hash the hash of its secret in hexadecimal digits
   */
  record Found(
      String hash,
      String id,
      String name,
      String prefix,
      String workspaceId,
      String workspace,
      boolean isRevoked) {
    LeakReports.Revoked in(List<String> places) {
      return new LeakReports.Revoked(id, name, prefix, workspaceId, workspace, places);
    }
  }

  /** The tokens that were not revoked before, and the number of mails to admins. */
  record Change(List<LeakReports.Revoked> revoked, int mails) {}

  private final Database database;

  LeakStore(Database database) {
    this.database = database;
  }

  /**
   * Returns the tokens of any status with these secrets, sorted by id.
   *
   * @param hashes in hexadecimal digits
   */
  List<Found> find(Set<String> hashes) {
    // SQLite must look the rows up by rowid, as in TokenStore.findActive.
    String condition =
        database.sql(
            "t.rowid IN (SELECT rowid FROM api_token WHERE secret_hash IN (<hashes>))",
            "t.secret_hash IN (<hashes>)");
    return database.read(
        handle ->
            handle
                .createQuery(
                    """
                    /* LeakStore.find */
                    SELECT t.secret_hash, t.id, t.name, t.prefix, t.workspace_id,
                      w.name AS workspace, t.revoked_at IS NOT NULL AS is_revoked
                    FROM api_token t JOIN workspace w ON w.id = t.workspace_id
                    WHERE %s
                    ORDER BY t.id
                    """
                        .formatted(condition))
                .bindList("hashes", hashes.stream().map(HexFormat.of()::parseHex).toList())
                .map(
                    (row, context) -> {
                      String hash = HexFormat.of().formatHex(row.getBytes("secret_hash"));
                      if (!hashes.contains(hash)) {
                        throw database.damaged("An index points to a different token");
                      }
                      return new Found(
                          hash,
                          row.getString("id"),
                          row.getString("name"),
                          row.getString("prefix"),
                          row.getString("workspace_id"),
                          row.getString("workspace"),
                          row.getBoolean("is_revoked"));
                    })
                .list());
  }

  /**
   * Revokes the tokens, records that in the audit trail, and adds one mail to each admin of each
   * workspace. Ignores a token that has been revoked in the meantime.
   */
  Change revoke(
      List<LeakReports.Revoked> tokens,
      Optional<String> reporter,
      Instant now,
      AuditEvent.Source source) {
    return database.write(
        handle -> {
          List<LeakReports.Revoked> revoked = new ArrayList<>();
          Map<String, List<LeakReports.Revoked>> byWorkspace = new LinkedHashMap<>();
          for (LeakReports.Revoked token : tokens) {
            if (revoke(handle, token, now) > 0) {
              AuditStore.record(handle, event(token, reporter, now, source));
              revoked.add(token);
              byWorkspace
                  .computeIfAbsent(token.workspaceId(), unused -> new ArrayList<>())
                  .add(token);
            }
          }
          int mails = 0;
          for (Map.Entry<String, List<LeakReports.Revoked>> leaked : byWorkspace.entrySet()) {
            LeakMail mail = LeakMail.about(leaked.getValue(), reporter, now);
            mails +=
                OutgoingMailStore.addForAdmins(
                    handle, leaked.getKey(), mail.subject(), mail.text(), now);
          }
          return new Change(revoked, mails);
        });
  }

  /** Returns when all nodes see what this node has read. */
  void confirm() {
    database.confirm();
  }

  private static int revoke(Handle handle, LeakReports.Revoked token, Instant now) {
    return handle
        .createUpdate(
            """
            /* LeakStore.revoke */
            UPDATE api_token SET revoked_at = :now, revoked_reason = 'leaked'
            WHERE id = :id AND revoked_at IS NULL
            """)
        .bind("now", now.toEpochMilli())
        .bind("id", token.id())
        .execute();
  }

  private static AuditEvent event(
      LeakReports.Revoked token, Optional<String> reporter, Instant now, AuditEvent.Source source) {
    return AuditEvent.of(now, AuditEvent.Action.TOKEN_REVOKED, source)
        .inWorkspace(token.workspaceId())
        .onToken(token.id())
        .with(
            "reported as leaked"
                + reporter.map(name -> " by " + name).orElse("")
                + (token.places().isEmpty()
                    ? ""
                    : ", found at " + String.join(" ", token.places())));
  }
}
