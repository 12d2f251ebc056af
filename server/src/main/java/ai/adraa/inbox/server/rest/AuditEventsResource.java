package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.api.AuditEventsApi;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.model.AuditEventList;
import ai.adraa.inbox.server.wire.Wire;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists the audit trail of a workspace for its admins. */
final class AuditEventsResource implements AuditEventsApi {
  private final AuditStore events;

  AuditEventsResource(AuditStore events) {
    this.events = events;
  }

  @Override
  public Response listAuditEvents(
      String workspaceId,
      @Nullable String action,
      @Nullable String tokenId,
      @Nullable String agentId,
      @Nullable String since,
      @Nullable String until,
      Integer limit,
      @Nullable String cursor) {
    AuditStore.Filter filter =
        new AuditStore.Filter(
            Optional.of(workspaceId),
            Optional.ofNullable(action),
            Optional.ofNullable(tokenId),
            Optional.ofNullable(agentId),
            QueryParameters.time("since", since),
            QueryParameters.time("until", until));
    try {
      AuditStore.Page page = events.page(filter, limit, cursor);
      return Response.ok(
              new AuditEventList()
                  .events(page.events().stream().map(Wire::of).toList())
                  .nextCursor(page.nextCursor().orElse(null)))
          .build();
    } catch (IllegalArgumentException e) {
      throw ErrorCodeException.invalid("cursor", "must be the nextCursor of the previous page");
    }
  }
}
