package ai.adraa.inbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.adraa.inbox.client.generated.ApiClient;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.AuditEventList;
import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.client.model.ErrorResponse;
import ai.adraa.inbox.client.model.SessionResponse;
import ai.adraa.inbox.client.model.TokenList;
import ai.adraa.inbox.client.model.TokenResponse;
import ai.adraa.inbox.client.model.TokenUsage;
import ai.adraa.inbox.client.model.TokenUsageResponse;
import ai.adraa.inbox.client.model.TokenVerification;
import java.io.InputStream;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What version 1 of the API answered is read by today's client. These files never change. */
class RecordedAnswersTest {
  @Test
  void tokenVerification() throws Exception {
    TokenVerification verified = read("token-verification", TokenVerification.class);

    assertThat(verified.getCompany().getId()).isEqualTo("cmbxgvq1e0000ph01a2b3c4d5");
    assertThat(verified.getCompany().getName()).isEqualTo("acme");
    assertThat(verified.getToken().getId()).isEqualTo("cmbxh1k3a0001ph01e6f7g8h9");
    assertThat(verified.getToken().getName()).isEqualTo("CRM integration");
  }

  @Test
  void session() throws Exception {
    var session = read("session", SessionResponse.class).getSession();

    assertThat(session.getAgent().getEmail()).isEqualTo("ada@acme.example");
    assertThat(session.getAgent().getNickname()).isEqualTo("ada");
    assertThat(session.getWorkspaces()).singleElement().extracting("role").isEqualTo("admin");
    assertThat(session.getExpiresAt()).isEqualTo(Instant.parse("2026-06-12T22:25:00Z"));
  }

  @Test
  void activeToken() throws Exception {
    ApiToken token = read("token-active", TokenResponse.class).getToken();

    assertThat(token.getStatus()).isEqualTo("active");
    assertThat(token.getPrefix()).isEqualTo("adraa_1a2b3c4d");
    assertThat(token.getLastUsedAt()).isEqualTo(Instant.parse("2026-06-14T08:01:12.345Z"));
    assertThat(token.getRevokedAt()).isNull();
    assertThat(token.getRevokedBy()).isNull();
  }

  @Test
  void revokedToken() throws Exception {
    ApiToken token = read("token-revoked", TokenResponse.class).getToken();

    assertThat(token.getStatus()).isEqualTo("revoked");
    assertThat(token.getLastUsedAt()).isNull();
    assertThat(token.getRevokedAt()).isEqualTo(Instant.parse("2026-07-01T09:00:00Z"));
    assertThat(token.getRevokedBy()).extracting("nickname").isEqualTo("ada");
  }

  @Test
  void createdTokenWhoseSecretIsNotInToString() throws Exception {
    CreatedToken created = read("created-token", CreatedToken.class);

    assertThat(created.getSecret()).startsWith("adraa_1a2b3c4d").hasSize(54);
    assertThat(created.toString())
        .contains("adraa_1a2b3c4d")
        .doesNotContain(created.getSecret())
        .doesNotContain(created.getSecret().substring(14));
  }

  @Test
  void tokenList() throws Exception {
    TokenList list = read("token-list", TokenList.class);

    assertThat(list.getTokens()).extracting("status").containsExactly("active", "revoked");
    assertThat(list.getNextCursor()).isNull();
  }

  @Test
  void replacement() throws Exception {
    ApiToken old = read("token-leaked", TokenResponse.class).getToken();
    ApiToken replacement = read("token-replacing", CreatedToken.class).getToken();

    assertThat(old.getReplacedBy()).isEqualTo(replacement.getId());
    assertThat(old.getRevokedReason()).isEqualTo("leaked");
    assertThat(old.getRevokedBy()).isNull();
    assertThat(old.getExpiresAt()).isEqualTo(Instant.parse("2027-06-12T10:25:00Z"));
    assertThat(old.getLastUsedFrom()).isEqualTo("192.0.2.10");
    assertThat(replacement.getReplaces()).isEqualTo(old.getId());
    assertThat(replacement.getDescription()).startsWith("For the shop's CRM");
    assertThat(replacement.getExpiresAt()).isNull();
  }

  @Test
  void usage() throws Exception {
    TokenUsage usage = read("token-usage", TokenUsageResponse.class).getUsage();

    assertThat(usage.getDays()).extracting("requests").containsExactly(0L, 5_000_000_000L);
    assertThat(usage.getAddresses()).extracting("address").containsExactly("192.0.2.10");
  }

  @Test
  void auditEvents() throws Exception {
    AuditEventList page = read("audit-event-list", AuditEventList.class);

    assertThat(page.getNextCursor()).isEqualTo("NDI");
    assertThat(page.getEvents())
        .extracting("action", "channel", "by")
        .containsExactly(
            tuple("token-created", "console", "ada@acme.example"),
            tuple("agent-added", "command-line", "root"));
    assertThat(page.getEvents().get(1).getTokenId()).isNull();
  }

  @Test
  void errors() throws Exception {
    assertThat(read("error-invalid-api-token", ErrorResponse.class).getError().getCode())
        .isEqualTo("INVALID_API_TOKEN");
    assertThat(read("error-validation", ErrorResponse.class).getError().getDetails())
        .singleElement()
        .extracting("field")
        .isEqualTo("name");
  }

  private static <T> T read(String name, Class<T> type) throws Exception {
    try (InputStream json =
        Objects.requireNonNull(
            RecordedAnswersTest.class.getResourceAsStream("/v1/" + name + ".json"))) {
      return ApiClient.createDefaultObjectMapper().readValue(json, type);
    }
  }
}
