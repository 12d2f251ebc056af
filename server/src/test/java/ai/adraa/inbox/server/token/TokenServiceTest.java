package ai.adraa.inbox.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.adraa.inbox.server.Acme;
import ai.adraa.inbox.server.account.Agent;
import ai.adraa.inbox.server.account.Membership;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.instancio.Instancio;
import org.instancio.junit.InstancioExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of a token: created, verified, listed, revoked. */
@ExtendWith(InstancioExtension.class)
class TokenServiceTest {
  @AutoClose private final Acme acme = new Acme();
  private final Admin ada = acme.caller(acme.ada);

  @Test
  void aNewTokenIsActiveAndKnowsItsCreator() {
    Token.Created created =
        acme.tokens.create(acme.id, Token.Properties.named("CRM integration"), ada);

    Token token = created.token();
    assertThat(acme.tokens.status(token)).isEqualTo(Token.Status.ACTIVE);
    assertThat(token.id()).matches("c[a-z0-9]{24}");
    assertThat(created.secret().reveal()).startsWith(token.prefix()).hasSize(54);
    assertThat(acme.tokens.find(acme.id, token.id())).contains(token);
    assertThat(token)
        .isEqualTo(
            new Token(
                token.id(),
                "CRM integration",
                Optional.empty(),
                created.secret().prefix(),
                acme.instant(),
                new Token.Actor(acme.ada.id(), "ada"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    AuditStore.Entry event = acme.events("token-created").get(0);
    assertThat(event.at()).isEqualTo(token.createdAt());
    assertThat(event.workspace()).contains("acme");
    assertThat(event.tokenId()).contains(token.id());
  }

  @Test
  void aVerifiedTokenNamesItsWorkspaceAndItsUseIsWritten() {
    Token.Created created = acme.token("CRM integration");
    acme.advance(Duration.ofNanos(1_999_999));

    assertThat(acme.tokens.verify(created.secret(), null))
        .contains(
            new Token.Verified(
                created.token().id(), "CRM integration", acme.id, "acme", Optional.empty()));
    assertThat(acme.tokens.verify(created.secret(), null).orElseThrow().getName())
        .isEqualTo(created.token().id());
    assertThat(acme.tokens.verify(Secret.newToken(), null)).isEmpty();

    acme.lastUse.close();
    assertThat(acme.tokens.find(acme.id, created.token().id()).orElseThrow().lastUse())
        .as("in whole milliseconds, as the database stores it")
        .contains(new Token.Use(created.token().createdAt().plusMillis(1), Optional.empty()));
  }

  @Test
  void aRevokedTokenStaysRevokedByWhoDidItFirst() {
    Token.Created created = acme.token("CRM integration");
    Agent bob = acme.member("bob@acme.example", Membership.Role.ADMIN);
    acme.advance(Duration.ofDays(1));
    Instant revokedAt = acme.instant();

    Token revoked =
        acme.tokens.revoke(acme.id, created.token().id(), acme.caller(bob)).orElseThrow();

    assertThat(acme.tokens.status(revoked)).isEqualTo(Token.Status.REVOKED);
    assertThat(revoked.revocation())
        .contains(
            new Token.Revocation(
                revokedAt, Optional.of(new Token.Actor(bob.id(), "bob")), Token.Reason.ADMIN));
    assertThat(acme.tokens.verify(created.secret(), null)).isEmpty();
    acme.advance(Duration.ofDays(1));
    assertThat(acme.tokens.revoke(acme.id, created.token().id(), acme.caller(acme.ada)))
        .contains(revoked);
    assertThat(acme.events("token-revoked"))
        .singleElement()
        .returns(revokedAt, AuditStore.Entry::at)
        .returns(Optional.of(revoked.id()), AuditStore.Entry::tokenId);
  }

  @Test
  void anotherWorkspacesTokenDoesNotExist() {
    Token.Created created = acme.token("CRM integration");
    String globex = acme.workspaces.create("globex", Acme.ADA, Acme.OPERATOR);

    assertThat(acme.tokens.find(globex, created.token().id())).isEmpty();
    assertThat(acme.tokens.revoke(globex, created.token().id(), ada)).isEmpty();
    assertThat(acme.tokens.list(globex, TokenQuery.ALL, 10, null).tokens()).isEmpty();
    assertThat(acme.tokens.verify(created.secret(), null)).isPresent();
  }

  @Test
  void whoIsNotAnAdminChangesNothing() {
    Token.Created created = acme.token("CRM integration");
    Admin agent = acme.caller(acme.member("bob@acme.example", Membership.Role.AGENT));
    Agent stranger =
        acme.workspaces.firstAdmin(
            acme.workspaces.create("globex", "eve@globex.example", Acme.OPERATOR));
    for (Admin caller : List.of(agent, acme.caller(stranger))) {
      refused(caller, created, NotPermittedException.Reason.NOT_ADMIN);
    }
  }

  @Test
  void whoseSessionHasEndedChangesNothing() {
    Token.Created created = acme.token("CRM integration");
    Admin gone = new Admin(ada.agent(), Optional.of(Secret.newSessionId().hash()), Acme.OPERATOR);

    refused(gone, created, NotPermittedException.Reason.SESSION_ENDED);
  }

  private void refused(Admin caller, Token.Created created, NotPermittedException.Reason reason) {
    assertThatExceptionOfType(NotPermittedException.class)
        .isThrownBy(() -> acme.tokens.create(acme.id, Token.Properties.named("refused"), caller))
        .returns(reason, NotPermittedException::reason);
    assertThatExceptionOfType(NotPermittedException.class)
        .isThrownBy(() -> acme.tokens.revoke(acme.id, created.token().id(), caller))
        .returns(reason, NotPermittedException::reason);
    assertThat(acme.tokens.list(acme.id, TokenQuery.ALL, 10, null).tokens())
        .containsExactly(created.token());
  }

  @Test
  void aTokenIsLocatedByItsIdPrefixOrSecretInAnyWorkspaceOrInOne() {
    Token.Created created = acme.token("CRM integration");
    acme.token("another");
    String globex = acme.workspaces.create("globex", Acme.ADA, Acme.OPERATOR);
    TokenStore store = new TokenStore(acme.database);
    TokenStore.Located located = new TokenStore.Located(created.token(), acme.id, "acme");
    for (String reference :
        List.of(created.token().id(), created.token().prefix(), created.secret().reveal())) {
      assertThat(store.locate(Optional.empty(), new Secret(reference))).containsExactly(located);
      assertThat(store.locate(Optional.of(acme.id), new Secret(reference)))
          .containsExactly(located);
      assertThat(store.locate(Optional.of(globex), new Secret(reference))).isEmpty();
    }
    for (String other : List.of("adraa_", created.token().prefix() + "0", "adraa_0000000", "c")) {
      assertThat(store.locate(Optional.empty(), new Secret(other))).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "any",
      value = {"any, 5", "ACTIVE, 3", "REVOKED, 2"})
  void pagesOfAnySizeHaveEachTokenOnceNewestFirst(Token.@Nullable Status status, int expected) {
    for (int i = 0; i < 5; i++) {
      Token.Created created = acme.token("token " + i);
      if (i % 2 == 1) {
        acme.tokens.revoke(acme.id, created.token().id(), ada);
      }
      // Two of one millisecond: their ids decide.
      acme.advance(Duration.ofMillis(i / 2));
    }
    TokenQuery query =
        new TokenQuery(
            Optional.ofNullable(status),
            Optional.empty(),
            Optional.empty(),
            TokenQuery.Sort.NEWEST_FIRST);
    List<Token> all = acme.tokens.list(acme.id, query, 100, null).tokens();
    assertThat(all)
        .hasSize(expected)
        .isSortedAccordingTo(
            (one, other) ->
                one.createdAt().equals(other.createdAt())
                    ? other.id().compareTo(one.id())
                    : other.createdAt().compareTo(one.createdAt()));
    for (int size = 1; size <= 6; size++) {
      List<Token> listed = new ArrayList<>();
      Optional<String> cursor = Optional.empty();
      do {
        TokenList.Page page = acme.tokens.list(acme.id, query, size, cursor.orElse(null));
        assertThat(page.tokens()).isNotEmpty().hasSizeLessThanOrEqualTo(size);
        listed.addAll(page.tokens());
        cursor = page.nextCursor();
        assertThat(cursor.isPresent()).isEqualTo(listed.size() < expected);
      } while (cursor.isPresent());
      assertThat(listed).isEqualTo(all);
    }
  }

  @Test
  void aCursorOfAnyPositionIsAcceptedAndAllOtherTextIsRefused() {
    Instancio.gen().longs().range(0L, 999_999_999_999_999_999L).stream()
        .limit(200)
        .forEach(millis -> list(base64(millis + ".cabcdefghijklmnopqrstuvwx")));
    Instancio.gen().string().unicode().length(0, 60).stream()
        .limit(500)
        .forEach(
            text -> {
              refused(text);
              refused(base64(text));
            });
    for (String almost :
        List.of(
            "1.cabcdefghijklmnopqrstuvw",
            "1.cabcdefghijklmnopqrstuvwxy",
            "1.Cabcdefghijklmnopqrstuvwx",
            "-1.cabcdefghijklmnopqrstuvwx",
            "1000000000000000000.cabcdefghijklmnopqrstuvwx",
            "1cabcdefghijklmnopqrstuvwxyz",
            "")) {
      refused(base64(almost));
    }
  }

  private void refused(String cursor) {
    assertThatIllegalArgumentException().isThrownBy(() -> list(cursor));
  }

  private void list(String cursor) {
    assertThat(acme.tokens.list(acme.id, TokenQuery.ALL, 10, cursor).tokens()).isEmpty();
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
