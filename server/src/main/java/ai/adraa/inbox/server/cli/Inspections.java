package ai.adraa.inbox.server.cli;

import ai.adraa.inbox.server.maintenance.Inspection;

/** Formats the row counts of an inspection as one line. */
final class Inspections {
  private Inspections() {}

  static String counts(Inspection found) {
    return "%d workspaces, %d tokens, %d of them active, %d audit events"
        .formatted(
            found.rows().getOrDefault("workspace", 0L),
            found.rows().getOrDefault("api_token", 0L),
            found.activeTokens(),
            found.rows().getOrDefault("audit_event", 0L));
  }
}
