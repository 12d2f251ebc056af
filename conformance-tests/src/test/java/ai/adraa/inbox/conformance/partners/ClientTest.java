package ai.adraa.inbox.conformance.partners;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.client.AdraaInboxException;
import ai.adraa.inbox.client.AuditQuery;
import ai.adraa.inbox.client.ConsoleSession;
import ai.adraa.inbox.client.TokenQuery;
import ai.adraa.inbox.client.TokenSort;
import ai.adraa.inbox.client.TokenStatusFilter;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.client.model.LeakedToken;
import ai.adraa.inbox.client.model.NewToken;
import ai.adraa.inbox.client.model.Replacement;
import ai.adraa.inbox.client.model.TokenChanges;
import ai.adraa.inbox.client.model.TokenUsage;
import ai.adraa.inbox.client.model.TokenVerification;
import ai.adraa.inbox.conformance.support.TestInbox;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The generated Java client against the running server, every operation of it. */
class ClientTest {
  @AutoClose private static final TestInbox server = TestInbox.start();

  @Test
  void aTokenIsCreatedVerifiedRevokedAndRefusedAtTheNextRequest() {
    String workspaceId = server.workspace("acme").workspaceId();
    AdraaInbox inbox = AdraaInbox.builder().baseUrl(server.url()).build();
    ConsoleSession console =
        inbox.signIn("admin@acme.example", server.requestCode("admin@acme.example"));
    assertThat(console.get().getWorkspaces())
        .singleElement()
        .extracting("name", "role")
        .containsExactly("acme", "admin");

    CreatedToken created = console.createToken(workspaceId, "CRM – 東京 🚀");
    AdraaInbox integration = withToken(created.getSecret());
    TokenVerification verified = integration.verify();
    assertThat(verified.getCompany().getName()).isEqualTo("acme");
    assertThat(verified.getToken().getName()).isEqualTo("CRM – 東京 🚀");

    ApiToken revoked = console.revokeToken(workspaceId, created.getToken().getId());
    assertThat(revoked.getStatus()).isEqualTo("revoked");
    assertThat(failure(integration::verify).code()).isEqualTo("INVALID_API_TOKEN");
    // The last use may be written after the revocation.
    assertThat(console.getToken(workspaceId, revoked.getId()))
        .usingRecursiveComparison()
        .ignoringFields("lastUsedAt", "lastUsedFrom")
        .isEqualTo(revoked);

    console.signOut();
    assertThat(failure(console::get).code()).isEqualTo("INVALID_SESSION");
  }

  @Test
  void pagesAndStatusesAreListed() {
    TestInbox.SignedIn admin = server.workspace("globex");
    ConsoleSession console = console(admin);
    for (int i = 0; i < 3; i++) {
      console.createToken(admin.workspaceId(), "token " + i);
    }
    String oldest = console.tokens(admin.workspaceId(), null).toList().get(2).getId();
    console.revokeToken(admin.workspaceId(), oldest);

    var first = console.listTokens(admin.workspaceId(), null, 2, null);
    var second = console.listTokens(admin.workspaceId(), null, 2, first.getNextCursor());

    assertThat(first.getTokens()).extracting("name").containsExactly("token 2", "token 1");
    assertThat(second.getTokens()).extracting("name").containsExactly("token 0");
    assertThat(second.getNextCursor()).isNull();
    assertThat(console.tokens(admin.workspaceId(), TokenStatusFilter.REVOKED))
        .extracting("id")
        .containsExactly(oldest);
  }

  @Test
  void aTokenIsChangedReplacedAndEndsItself() {
    TestInbox.SignedIn admin = server.workspace("initech");
    String workspaceId = admin.workspaceId();
    ConsoleSession console = console(admin);
    Instant inAYear = Instant.now().plus(Duration.ofDays(365)).truncatedTo(ChronoUnit.MILLIS);
    NewToken token = new NewToken().name("CRM").description("In the vault – 東京");
    CreatedToken old = console.createToken(workspaceId, token.expiresAt(inAYear));
    String oldId = old.getToken().getId();
    assertThat(withToken(old.getSecret()).tokenExpiresAt()).contains(inAYear);

    ApiToken changed =
        console.updateToken(
            workspaceId, oldId, new TokenChanges().name("CRM (EU)").neverExpires(true));
    assertThat(changed.getName()).isEqualTo("CRM (EU)");
    assertThat(changed.getDescription()).isEqualTo("In the vault – 東京");
    assertThat(changed.getExpiresAt()).isNull();
    assertThat(withToken(old.getSecret()).tokenExpiresAt()).isEmpty();

    Instant inAWeek = Instant.now().plus(Duration.ofDays(7)).truncatedTo(ChronoUnit.MILLIS);
    CreatedToken renewed =
        console.replaceToken(
            workspaceId, oldId, new Replacement().expiresAt(inAYear).oldExpiresAt(inAWeek));
    assertThat(renewed.getToken().getReplaces()).isEqualTo(oldId);
    assertThat(renewed.getToken().getName()).isEqualTo("CRM (EU)");
    assertThat(renewed.getToken().getExpiresAt()).isEqualTo(inAYear);
    ApiToken replaced = console.getToken(workspaceId, oldId);
    assertThat(replaced.getExpiresAt()).isEqualTo(inAWeek);
    assertThat(replaced.getReplacedBy()).isEqualTo(renewed.getToken().getId());
    assertThat(failure(() -> console.replaceToken(workspaceId, oldId, new Replacement())).code())
        .isEqualTo("TOKEN_ALREADY_REPLACED");

    AdraaInbox integration = withToken(renewed.getSecret());
    integration.revokeOwnToken();
    assertThat(failure(integration::verify).code()).isEqualTo("INVALID_API_TOKEN");
    assertThat(failure(integration::revokeOwnToken).code()).isEqualTo("INVALID_API_TOKEN");
    String renewedId = renewed.getToken().getId();
    assertThat(console.getToken(workspaceId, renewedId).getRevokedReason()).isEqualTo("self");
    assertThat(
            failure(() -> console.updateToken(workspaceId, renewedId, new TokenChanges().name("x")))
                .code())
        .isEqualTo("TOKEN_NOT_ACTIVE");
  }

  @Test
  void theUsageHasEachDay() {
    TestInbox.SignedIn admin = server.workspace("hooli");
    ConsoleSession console = console(admin);
    CreatedToken created = console.createToken(admin.workspaceId(), "CRM");
    String id = created.getToken().getId();
    withToken(created.getSecret()).verify();

    await()
        .untilAsserted(
            () -> {
              TokenUsage usage = console.getTokenUsage(admin.workspaceId(), id, 3);
              assertThat(usage.getDays()).extracting("requests").containsExactly(0L, 0L, 1L);
              assertThat(usage.getAddresses()).extracting("address").containsExactly("127.0.0.1");
            });
    assertThat(field(() -> console.getTokenUsage(admin.workspaceId(), id, 0))).isEqualTo("days");
    assertThat(field(() -> console.getTokenUsage(admin.workspaceId(), id, 91))).isEqualTo("days");
  }

  @Test
  void tokensAreFoundInTheOrderOfAQuery() {
    TestInbox.SignedIn admin = server.workspace("umbrella");
    String workspaceId = admin.workspaceId();
    ConsoleSession console = console(admin);
    for (String name : List.of("beta", "Alpha", "gamma 100%", "ALPHA & co")) {
      console.createToken(workspaceId, name);
    }
    TokenQuery byName = TokenQuery.all().sort(TokenSort.BY_NAME).limit(2);

    var first = console.listTokens(workspaceId, byName);
    var second = console.listTokens(workspaceId, byName.cursor(first.getNextCursor()));

    assertThat(first.getTokens()).extracting("name").containsExactly("Alpha", "ALPHA & co");
    assertThat(second.getTokens()).extracting("name").containsExactly("beta", "gamma 100%");
    assertThat(console.findTokens(workspaceId, byName.limit(1).text("a & C")))
        .extracting("name")
        .containsExactly("ALPHA & co");
    for (TokenSort sort : TokenSort.values()) {
      assertThat(console.findTokens(workspaceId, TokenQuery.all().sort(sort).limit(3))).hasSize(4);
    }
    assertThat(console.findTokens(workspaceId, TokenQuery.all().status(TokenStatusFilter.EXPIRED)))
        .isEmpty();
    Instant later = Instant.now().plusSeconds(60);
    assertThat(console.findTokens(workspaceId, TokenQuery.all().unusedSince(later))).hasSize(4);
    assertThat(
            console.findTokens(
                workspaceId, TokenQuery.all().unusedSince(Instant.parse("2020-01-01T00:00:00Z"))))
        .isEmpty();
  }

  @Test
  void theAuditTrailIsReadInPages() {
    TestInbox.SignedIn admin = server.workspace("wayne");
    String workspaceId = admin.workspaceId();
    ConsoleSession console = console(admin);
    for (int i = 0; i < 3; i++) {
      console.createToken(workspaceId, "token " + i);
    }
    AuditQuery created = AuditQuery.all().action("token-created");
    String tokenId = console.tokens(workspaceId, null).toList().get(2).getId();

    var first = console.listAuditEvents(workspaceId, created.limit(2));
    var second =
        console.listAuditEvents(workspaceId, created.limit(2).cursor(first.getNextCursor()));

    assertThat(first.getEvents()).extracting("channel").containsExactly("console", "console");
    assertThat(second.getEvents()).extracting("tokenId").containsExactly(tokenId);
    assertThat(second.getNextCursor()).isNull();
    assertThat(console.auditEvents(workspaceId, created.limit(1))).hasSize(3);
    assertThat(console.auditEvents(workspaceId, created.tokenId(tokenId))).hasSize(1);
    assertThat(console.auditEvents(workspaceId, created.agentId(admin.agentId()))).hasSize(3);
    Instant later = Instant.now().plusSeconds(60);
    assertThat(console.auditEvents(workspaceId, created.until(later))).hasSize(3);
    assertThat(console.auditEvents(workspaceId, created.since(later))).isEmpty();
    assertThat(field(() -> console.listAuditEvents(workspaceId, created.cursor("no cursor"))))
        .isEqualTo("cursor");
  }

  @Test
  void aReportedTokenIsRevoked() {
    TestInbox.SignedIn admin = server.workspace("stark");
    ConsoleSession console = console(admin);
    CreatedToken leaked = console.createToken(admin.workspaceId(), "CRM");
    AdraaInbox nobody = AdraaInbox.builder().baseUrl(server.url()).build();

    nobody.reportLeakedTokens(
        List.of(
            new LeakedToken().secret(leaked.getSecret()).url("https://git.example/a/b"),
            new LeakedToken().secret("adraa_unknown")));

    assertThat(failure(withToken(leaked.getSecret())::verify).code())
        .isEqualTo("INVALID_API_TOKEN");
    ApiToken revoked = console.getToken(admin.workspaceId(), leaked.getToken().getId());
    assertThat(revoked.getRevokedReason()).isEqualTo("leaked");
    assertThat(field(() -> nobody.reportLeakedTokens(List.of()))).isEqualTo("tokens");
  }

  @Test
  void badValuesAreNamed() {
    TestInbox.SignedIn admin = server.workspace("acme-bad");
    String workspaceId = admin.workspaceId();
    ConsoleSession console = console(admin);
    String id = console.createToken(workspaceId, "CRM").getToken().getId();
    Instant past = Instant.parse("2020-01-01T00:00:00Z");

    assertThat(field(() -> console.createToken(workspaceId, new NewToken()))).isEqualTo("name");
    assertThat(
            field(() -> console.createToken(workspaceId, new NewToken().name("x").expiresAt(past))))
        .isEqualTo("expiresAt");
    assertThat(field(() -> console.updateToken(workspaceId, id, new TokenChanges().name(""))))
        .isEqualTo("name");
    assertThat(
            field(
                () -> console.replaceToken(workspaceId, id, new Replacement().oldExpiresAt(past))))
        .isEqualTo("oldExpiresAt");
    assertThat(field(() -> console.listTokens(workspaceId, TokenQuery.all().limit(101))))
        .isEqualTo("limit");
    assertThat(field(() -> console.findTokens(workspaceId, TokenQuery.all().cursor("no cursor"))))
        .isEqualTo("cursor");
    assertThat(failure(() -> console.getTokenUsage(workspaceId, "no-token", 7)).code())
        .isEqualTo("TOKEN_NOT_FOUND");
    assertThat(failure(() -> console.listAuditEvents("no-workspace", AuditQuery.all())).code())
        .isEqualTo("WORKSPACE_NOT_FOUND");
  }

  @Test
  void failuresAreTold() {
    AdraaInbox nobody = AdraaInbox.builder().baseUrl(server.url()).build();
    assertThat(failure(nobody::verify).code()).isEqualTo("MISSING_TOKEN");
    assertThat(failure(() -> nobody.signIn("eve@acme.example", "000000")).code())
        .isEqualTo("INVALID_SIGN_IN_CODE");

    AdraaInboxException invalid = failure(() -> nobody.requestSignInCode("nobody"));

    assertThat(invalid.status()).isEqualTo(400);
    assertThat(invalid.code()).isEqualTo("VALIDATION_ERROR");
    assertThat(invalid.requestId()).isPresent();
    assertThat(invalid.details()).extracting("field").isEqualTo(List.of("email"));
  }

  @Test
  void theRateLimitTellsHowLongToWait() {
    try (TestInbox limited = TestInbox.builder().rateLimit("1/h").start()) {
      AdraaInbox inbox = AdraaInbox.builder().baseUrl(limited.url()).build();
      assertThat(failure(inbox::verify).status()).isEqualTo(401);

      AdraaInboxException refused = failure(inbox::verify);

      assertThat(refused.code()).isEqualTo("RATE_LIMIT_EXCEEDED");
      assertThat(refused.retryAfter().orElseThrow()).isPositive();
    }
  }

  private static AdraaInbox withToken(String secret) {
    return AdraaInbox.builder().baseUrl(server.url()).token(secret).build();
  }

  private static ConsoleSession console(TestInbox.SignedIn admin) {
    return AdraaInbox.builder().baseUrl(server.url()).build().resumeSession(admin.session());
  }

  /** Returns the field or parameter because of which the call is refused. */
  private static String field(ThrowingCallable call) {
    AdraaInboxException refused = failure(call);
    assertThat(refused.code()).isEqualTo("VALIDATION_ERROR");
    return refused.details().get(0).getField();
  }

  private static AdraaInboxException failure(ThrowingCallable call) {
    return catchThrowableOfType(AdraaInboxException.class, call);
  }
}
