package ai.adraa.inbox.server.wire;

import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.model.Actor;
import ai.adraa.inbox.server.model.ApiToken;
import ai.adraa.inbox.server.model.AuditEvent;
import ai.adraa.inbox.server.model.DailyRequests;
import ai.adraa.inbox.server.model.TokenUsage;
import ai.adraa.inbox.server.model.UsedAddress;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.UsageStore;
import java.util.Locale;

/** Turns the domain's records into the contract's types. What is empty is absent. */
public final class Wire {
  private Wire() {}

  /** Returns a token without its secret. */
  public static ApiToken of(Token token, Token.Status status) {
    ApiToken wire =
        new ApiToken()
            .id(token.id())
            .name(token.name())
            .description(token.description().orElse(null))
            .prefix(token.prefix())
            .status(status.name().toLowerCase(Locale.ROOT))
            .createdAt(token.createdAt())
            .createdBy(of(token.createdBy()))
            .expiresAt(token.expiresAt().orElse(null))
            .replaces(token.replaces().orElse(null))
            .replacedBy(token.replacedBy().orElse(null));
    token
        .lastUse()
        .ifPresent(use -> wire.lastUsedAt(use.at()).lastUsedFrom(use.from().orElse(null)));
    token
        .revocation()
        .ifPresent(
            revocation ->
                wire.revokedAt(revocation.at())
                    .revokedBy(revocation.by().map(Wire::of).orElse(null))
                    .revokedReason(revocation.reason().name().toLowerCase(Locale.ROOT)));
    return wire;
  }

  /** Returns the usage of a token. */
  public static TokenUsage of(UsageStore.Usage usage) {
    return new TokenUsage()
        .days(
            usage.days().stream()
                .map(
                    day -> new DailyRequests().date(day.date().toString()).requests(day.requests()))
                .toList())
        .addresses(
            usage.addresses().stream()
                .map(
                    address ->
                        new UsedAddress()
                            .address(address.address())
                            .lastUsedAt(address.lastUsedAt()))
                .toList());
  }

  /** Returns an event of a workspace's audit trail. */
  public static AuditEvent of(AuditStore.Entry entry) {
    return new AuditEvent()
        .occurredAt(entry.at())
        .action(entry.action())
        .channel(entry.channel().replace(' ', '-'))
        .agentId(entry.agentId().orElse(null))
        .by(entry.by().orElse(null))
        .address(entry.address().orElse(null))
        .requestId(entry.requestId().orElse(null))
        .tokenId(entry.tokenId().orElse(null))
        .memberId(entry.memberId().orElse(null))
        .member(entry.member().orElse(null))
        .detail(entry.detail().orElse(null));
  }

  private static Actor of(Token.Actor actor) {
    return new Actor().id(actor.id()).nickname(actor.nickname());
  }
}
