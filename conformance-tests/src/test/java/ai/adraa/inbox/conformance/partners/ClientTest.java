package ai.adraa.inbox.conformance.partners;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.adraa.inbox.client.AdraaInbox;
import ai.adraa.inbox.client.AdraaInboxException;
import ai.adraa.inbox.client.ConsoleSession;
import ai.adraa.inbox.client.TokenStatusFilter;
import ai.adraa.inbox.client.model.ApiToken;
import ai.adraa.inbox.client.model.CreatedToken;
import ai.adraa.inbox.client.model.TokenVerification;
import ai.adraa.inbox.conformance.support.TestInbox;
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
        .ignoringFields("lastUsedAt")
        .isEqualTo(revoked);

    console.signOut();
    assertThat(failure(console::get).code()).isEqualTo("INVALID_SESSION");
  }

  @Test
  void pagesAndStatusesAreListed() {
    TestInbox.SignedIn admin = server.workspace("globex");
    ConsoleSession console =
        AdraaInbox.builder().baseUrl(server.url()).build().resumeSession(admin.session());
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

  private static AdraaInboxException failure(ThrowingCallable call) {
    return catchThrowableOfType(AdraaInboxException.class, call);
  }
}
