package ai.adraa.inbox.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import ai.adraa.inbox.server.Acme;
import ai.adraa.inbox.server.audit.AuditEvent;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.database.LastUse;
import ai.adraa.inbox.server.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Expiry, changes, replacement, usage and search of tokens. */
class TokenRulesTest {
  @AutoClose private final Acme acme = new Acme();
  private final Admin ada = acme.caller(acme.ada);

  @Test
  void aTokenWorksUntilTheMillisecondAtWhichItExpires() {
    Instant expiry = acme.instant().plusMillis(5_000);
    Token.Created created = create("short", Optional.of(expiry));

    acme.advance(Duration.ofMillis(4_999));
    assertThat(verify(created).orElseThrow().expiresAt()).contains(expiry);
    acme.advance(Duration.ofMillis(1));
    assertThat(verify(created)).isEmpty();
    assertThat(acme.tokens.status(find(created))).isEqualTo(Token.Status.EXPIRED);

    Token revoked = acme.tokens.revoke(acme.id, created.token().id(), ada).orElseThrow();
    assertThat(acme.tokens.status(revoked)).isEqualTo(Token.Status.REVOKED);
  }

  @Test
  void anExpiryIsInTheNextTenYears() {
    Instant tenYears = acme.instant().atOffset(ZoneOffset.UTC).plusYears(10).toInstant();
    assertThat(create("longest", Optional.of(tenYears)).token().expiresAt()).contains(tenYears);
    Token.Created token = acme.token("CRM");
    for (Instant wrong :
        List.of(acme.instant(), acme.instant().minusMillis(1), tenYears.plusMillis(1))) {
      refusedExpiry("expiresAt", () -> create("wrong", Optional.of(wrong)));
      refusedExpiry("expiresAt", () -> change(token, changes(null, null, wrong, false)));
      refusedExpiry("expiresAt", () -> replace(token, replacement(null, wrong, null)));
      refusedExpiry("oldExpiresAt", () -> replace(token, replacement(null, null, wrong)));
    }
    assertThat(find(token).expiresAt()).isEmpty();
    assertThat(find(token).replacedBy()).isEmpty();
  }

  @Test
  void anExpiryIsInWholeMilliseconds() {
    Instant expiry = acme.instant().plusMillis(5_000);
    Instant longer = expiry.plusNanos(999_999);
    Token.Created created = create("short", Optional.of(longer));
    assertThat(created.token().expiresAt()).contains(expiry);
    assertThat(find(created)).isEqualTo(created.token());
    assertThat(change(created, changes(null, null, longer, false))).contains(created.token());
    assertThat(acme.events("token-changed")).isEmpty();
    Token.Created next = replace(created, replacement(null, longer, longer)).orElseThrow();
    assertThat(next.token().expiresAt()).contains(expiry);
    assertThat(acme.events("token-created").get(0).detail().orElseThrow())
        .endsWith("expires at " + expiry);
  }

  @Test
  void anActiveTokenIsChangedAndTheTrailHasBothValues() {
    Token.Created token = acme.token("CRM");
    Instant expiry = acme.instant().plusSeconds(60);

    Token changed =
        change(token, changes("CRM \"EU\"", "Asked for by Bob", expiry, false)).orElseThrow();

    assertThat(changed.name()).isEqualTo("CRM \"EU\"");
    assertThat(changed.description()).contains("Asked for by Bob");
    assertThat(changed.expiresAt()).contains(expiry);
    assertThat(find(token)).isEqualTo(changed);
    assertThat(change(token, changes(null, null, null, false))).contains(changed);
    Token kept = change(token, changes(null, "", null, true)).orElseThrow();
    assertThat(kept.description()).isEmpty();
    assertThat(kept.expiresAt()).isEmpty();
    assertThat(acme.events("token-changed"))
        .extracting(event -> event.detail().orElseThrow())
        .containsExactly(
            "description from \"Asked for by Bob\" to none, expiry from %s to never"
                .formatted(expiry),
            "name from \"CRM\" to \"CRM \\\"EU\\\"\", description from none to \"Asked for by"
                + " Bob\", expiry from never to "
                + expiry);
  }

  @Test
  void aTokenThatIsNotActiveIsNeverChanged() {
    Token.Created revoked = acme.token("revoked");
    acme.tokens.revoke(acme.id, revoked.token().id(), ada);
    Token.Created expired = create("expired", Optional.of(acme.instant().plusMillis(1)));
    acme.advance(Duration.ofMillis(1));

    for (Token.Created token : List.of(revoked, expired)) {
      Token before = find(token);
      assertThatExceptionOfType(TokenNotActiveException.class)
          .isThrownBy(
              () -> change(token, changes("new", null, acme.instant().plusSeconds(60), false)));
      assertThatExceptionOfType(TokenNotActiveException.class)
          .isThrownBy(() -> change(token, changes(null, null, null, true)));
      assertThat(find(token)).isEqualTo(before);
      assertThat(verify(token)).isEmpty();
    }
    assertThat(acme.events("token-changed")).isEmpty();
  }

  @Test
  void aReplacementWorksBesideTheOldTokenUntilThatExpires() {
    Token.Created old =
        acme.tokens.create(
            acme.id, new Token.Properties("CRM", Optional.of("for Bob"), Optional.empty()), ada);
    Instant oldExpiry = acme.instant().plusSeconds(60);

    Token.Created created = replace(old, replacement(null, null, oldExpiry)).orElseThrow();

    assertThat(created.token().name()).isEqualTo("CRM");
    assertThat(created.token().description()).contains("for Bob");
    assertThat(created.token().expiresAt()).isEmpty();
    assertThat(created.token().replaces()).contains(old.token().id());
    assertThat(find(old).replacedBy()).contains(created.token().id());
    assertThat(find(old).expiresAt()).contains(oldExpiry);
    assertThat(verify(old)).isPresent();
    assertThat(verify(created)).isPresent();
    acme.advance(Duration.ofSeconds(60));
    assertThat(verify(old)).isEmpty();
    assertThat(verify(created)).isPresent();
    assertThat(acme.events("token-replaced").get(0).detail())
        .contains("by " + created.token().id() + ", expires at " + oldExpiry);
    assertThat(acme.events("token-created").get(0).detail())
        .contains("replaces " + old.token().id());
  }

  @Test
  void aTokenHasOneReplacementThatIsNotRevoked() {
    Token.Created old = acme.token("CRM");
    Token.Created lost = replace(old, replacement("lost", null, null)).orElseThrow();

    assertThatExceptionOfType(TokenAlreadyReplacedException.class)
        .isThrownBy(() -> replace(old, replacement(null, null, null)));
    acme.tokens.revoke(acme.id, lost.token().id(), ada);
    Token.Created second = replace(old, replacement("second", null, null)).orElseThrow();
    assertThat(find(old).replacedBy()).contains(second.token().id());
    Token.Created third = replace(second, replacement("third", null, null)).orElseThrow();
    assertThat(third.token().replaces()).contains(second.token().id());
    assertThat(acme.tokens.revoke(acme.id, old.token().id(), ada).orElseThrow().revocation())
        .get()
        .returns(Token.Reason.REPLACED, Token.Revocation::reason);
    assertThat(find(lost).revocation()).get().returns(Token.Reason.ADMIN, Token.Revocation::reason);
  }

  @Test
  void ofManyReplacementsAtOnceOneSucceeds() throws Exception {
    Token.Created old = acme.token("CRM");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Callable<Optional<Token.Created>> replacing =
          () -> replace(old, replacement(null, null, null));
      int succeeded = 0;
      for (Future<Optional<Token.Created>> result :
          threads.invokeAll(Collections.nCopies(16, replacing))) {
        try {
          assertThat(result.get()).isPresent();
          succeeded++;
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(TokenAlreadyReplacedException.class);
        }
      }
      assertThat(succeeded).isOne();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aReplacementNeverMakesTheOldTokenLiveLonger() {
    Instant early = acme.instant().plusSeconds(10);
    Instant late = acme.instant().plusSeconds(1_000);
    Token.Created expiring = create("expiring", Optional.of(early));
    Token.Created expired = create("expired", Optional.of(acme.instant().plusMillis(1)));
    Token.Created revoked = acme.token("revoked");
    acme.tokens.revoke(acme.id, revoked.token().id(), ada);
    acme.advance(Duration.ofMillis(1));
    for (Token.Created old : List.of(expiring, expired, revoked)) {
      Token before = find(old);
      Token.Created created = replace(old, replacement(null, null, late)).orElseThrow();
      assertThat(verify(created)).isPresent();
      assertThat(find(old).expiresAt()).isEqualTo(before.expiresAt());
      assertThat(find(old).revocation()).isEqualTo(before.revocation());
    }
  }

  @Test
  void aTokenOfAnotherWorkspaceDoesNotExist() {
    String globex = acme.workspaces.create("globex", Acme.ADA, Acme.OPERATOR);
    Token.Created token = acme.token(globex, "theirs");
    assertThat(change(token, changes("mine", null, null, false))).isEmpty();
    assertThat(replace(token, replacement(null, null, null))).isEmpty();
    assertThat(acme.tokens.usage(acme.id, token.token().id(), 1)).isEmpty();
    assertThat(
            acme.tokens
                .list(acme.id, query(null, token.token().id(), null, null), 10, null)
                .tokens())
        .isEmpty();
    assertThat(acme.tokens.find(globex, token.token().id())).contains(token.token());
  }

  @Test
  void aTokenRevokesItself() {
    Token.Created created = acme.token("CRM");
    Token.Verified self = verify(created).orElseThrow();
    AuditEvent.Source source =
        AuditEvent.Source.api(Optional.of("192.0.2.1"), Optional.of("request"));

    acme.tokens.revokeOwn(self, source);
    acme.tokens.revokeOwn(self, source);

    assertThat(verify(created)).isEmpty();
    Token.Revocation revocation = find(created).revocation().orElseThrow();
    assertThat(revocation.by()).isEmpty();
    assertThat(revocation.reason()).isEqualTo(Token.Reason.SELF);
    assertThat(acme.events("token-revoked"))
        .singleElement()
        .returns("api", AuditStore.Entry::channel)
        .returns(Optional.empty(), AuditStore.Entry::by)
        .returns(Optional.of("192.0.2.1"), AuditStore.Entry::address)
        .returns(Optional.of("acme"), AuditStore.Entry::workspace)
        .returns(Optional.of(created.token().id()), AuditStore.Entry::tokenId);
  }

  @Test
  void requestsAreCountedByDayAndTheLastFiveAddressesAreKept() {
    Token.Created created = acme.token("CRM");
    acme.tokens.verify(created.secret(), "192.0.2.0");
    acme.advance(Duration.ofDays(1));
    for (int i = 1; i <= 7; i++) {
      acme.advance(Duration.ofMillis(1));
      acme.tokens.verify(created.secret(), "192.0.2." + i % 6);
    }
    acme.tokens.verify(Secret.newToken(), "192.0.2.99");
    acme.lastUse.close();

    UsageStore.Usage usage = acme.tokens.usage(acme.id, created.token().id(), 3).orElseThrow();
    assertThat(usage.days())
        .containsExactly(
            new UsageStore.Day(LocalDate.parse("2026-06-13"), 0),
            new UsageStore.Day(LocalDate.parse("2026-06-14"), 1),
            new UsageStore.Day(LocalDate.parse("2026-06-15"), 7));
    assertThat(usage.addresses())
        .extracting(UsageStore.Address::address)
        .containsExactly("192.0.2.1", "192.0.2.0", "192.0.2.5", "192.0.2.4", "192.0.2.3");
    assertThat(find(created).lastUse())
        .contains(new Token.Use(acme.instant(), Optional.of("192.0.2.1")));
  }

  @Test
  void theCountsOfSeveralServersAddUpAndOldOnesAreDeleted() {
    Token.Created created = acme.token("CRM");
    use(created, acme.instant(), 3);
    use(created, acme.instant(), 4);
    assertThat(requests(created, 1)).containsExactly(7L);
    acme.advance(Duration.ofDays(UsageStore.DAYS - 1));
    use(created, acme.instant(), 1);
    assertThat(requests(created, UsageStore.DAYS)).startsWith(7L).endsWith(1L).hasSize(90);
    acme.advance(Duration.ofDays(1));
    use(created, acme.instant(), 1);
    int rows =
        acme.database.read(
            handle ->
                handle.createQuery("SELECT count(*) FROM token_usage").mapTo(Integer.class).one());
    assertThat(rows).as("the first day is older than 90 days").isEqualTo(2);
  }

  @Test
  void usesThatCannotBeWrittenAreNotLostAndNotCountedTwice() {
    Token.Created created = acme.token("CRM");
    List<Integer> attempts = new ArrayList<>();
    UsageStore store = new UsageStore(acme.database);
    try (LastUse<TokenUse> lastUse =
        new LastUse<>(
            "tokens",
            TokenUse::add,
            uses -> {
              attempts.add(uses.size());
              if (attempts.size() == 1) {
                throw new IllegalStateException("out of order");
              }
              store.write(uses);
            })) {
      lastUse.record(created.token().id(), TokenUse.of(acme.instant(), "192.0.2.1"));
      lastUse.start();
      await().until(() -> !attempts.isEmpty());
      lastUse.record(created.token().id(), TokenUse.of(acme.instant(), "192.0.2.2"));
    }
    assertThat(requests(created, 1)).containsExactly(2L);
  }

  @Test
  void tokensAreFoundByNamePrefixAndId() {
    Token.Created crm = acme.token("CRM Ärzte 100%");
    Token.Created orders = acme.token("Order_notifications");
    assertThat(found("ärz")).containsExactly(crm.token().id());
    assertThat(found("ÄRZTE")).containsExactly(crm.token().id());
    assertThat(found("A\u0308RZTE")).as("the same letter in two").containsExactly(crm.token().id());
    assertThat(found("100%")).containsExactly(crm.token().id());
    assertThat(found("%")).containsExactly(crm.token().id());
    assertThat(found("r_n")).containsExactly(orders.token().id());
    assertThat(found(orders.token().prefix())).containsExactly(orders.token().id());
    assertThat(found(orders.token().prefix().substring(0, 12).toUpperCase(Locale.ROOT)))
        .contains(orders.token().id());
    assertThat(found(crm.token().id())).containsExactly(crm.token().id());
    assertThat(found(crm.token().id().substring(1))).isEmpty();
    assertThat(found("nothing")).isEmpty();
  }

  @Test
  void unusedTokensAreThoseThatAreOldAndNotUsedSince() {
    Token.Created never = acme.token("never used");
    Token.Created before = acme.token("used before");
    Token.Created after = acme.token("used after");
    acme.advance(Duration.ofDays(1));
    use(before, acme.instant(), 1);
    acme.advance(Duration.ofDays(1));
    Instant since = acme.instant();
    use(after, acme.instant(), 1);
    acme.token("new");

    assertThat(acme.tokens.list(acme.id, query(null, null, since, null), 10, null).tokens())
        .extracting(Token::id)
        .containsExactlyInAnyOrder(never.token().id(), before.token().id());
  }

  @ParameterizedTest
  @EnumSource(TokenQuery.Sort.class)
  void pagesOfEachOrderHaveEachTokenOnce(TokenQuery.Sort sort) {
    for (int i = 0; i < 7; i++) {
      Token.Created token = acme.token(i % 2 == 0 ? "same" : "Name." + (char) ('z' - i) + "\n.c");
      if (i % 3 != 0) {
        use(token, acme.instant(), 1);
      }
      acme.advance(Duration.ofMillis(i / 3));
    }
    List<Token> all = acme.tokens.list(acme.id, query(null, null, null, sort), 100, null).tokens();
    assertThat(all).hasSize(7);
    switch (sort) {
      case BY_NAME ->
          assertThat(all).extracting(token -> token.name().toLowerCase(Locale.ROOT)).isSorted();
      case LAST_USED_FIRST ->
          assertThat(all)
              .extracting(token -> token.lastUse().map(Token.Use::at).orElse(Instant.EPOCH))
              .isSortedAccordingTo(Collections.reverseOrder());
      case LONGEST_UNUSED_FIRST ->
          assertThat(all)
              .extracting(token -> token.lastUse().map(Token.Use::at).orElse(Instant.EPOCH))
              .isSorted();
      case NEWEST_FIRST ->
          assertThat(all)
              .extracting(Token::createdAt)
              .isSortedAccordingTo(Collections.reverseOrder());
    }
    for (int size = 1; size <= 7; size++) {
      List<Token> listed = new ArrayList<>();
      String cursor = null;
      do {
        TokenList.Page page =
            acme.tokens.list(acme.id, query(null, null, null, sort), size, cursor);
        assertThat(page.total()).isEqualTo(7);
        listed.addAll(page.tokens());
        cursor = page.nextCursor().orElse(null);
      } while (cursor != null);
      assertThat(listed).isEqualTo(all);
    }
    String cursor =
        acme.tokens
            .list(acme.id, query(null, null, null, sort), 1, null)
            .nextCursor()
            .orElseThrow();
    for (TokenQuery.Sort other : TokenQuery.Sort.values()) {
      if (other != sort) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> acme.tokens.list(acme.id, query(null, null, null, other), 1, cursor));
      }
    }
  }

  @Test
  void theTotalIsExactUpToAThousand() {
    acme.database.write(
        handle ->
            handle.execute(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
                INSERT INTO api_token (id, workspace_id, name, name_key, prefix, secret_hash,
                  created_at, created_by)
                SELECT printf('c%024d', i), workspace_id, 'Many', 'many', 'adraa_00000000',
                  randomblob(32), 1, agent_id
                FROM n, membership
                """));
    assertThat(acme.tokens.list(acme.id, TokenQuery.ALL, 1, null))
        .returns(1_000, TokenList.Page::total)
        .returns(false, TokenList.Page::totalIsCapped);
    acme.token("one more");
    assertThat(acme.tokens.list(acme.id, TokenQuery.ALL, 1, null))
        .returns(1_000, TokenList.Page::total)
        .returns(true, TokenList.Page::totalIsCapped);
    assertThat(acme.tokens.list(acme.id, query(null, "one", null, null), 1, null))
        .returns(1, TokenList.Page::total)
        .returns(false, TokenList.Page::totalIsCapped);
  }

  @Test
  void eachStatusSelectsItsTokens() {
    Token.Created active = acme.token("active");
    Token.Created revoked = create("revoked", Optional.of(acme.instant().plusMillis(1)));
    acme.tokens.revoke(acme.id, revoked.token().id(), ada);
    Token.Created expired = create("expired", Optional.of(acme.instant().plusMillis(1)));
    acme.advance(Duration.ofMillis(1));
    assertThat(withStatus(Token.Status.ACTIVE)).containsExactly(active.token().id());
    assertThat(withStatus(Token.Status.REVOKED)).containsExactly(revoked.token().id());
    assertThat(withStatus(Token.Status.EXPIRED)).containsExactly(expired.token().id());
  }

  private List<String> withStatus(Token.Status status) {
    return acme.tokens.list(acme.id, query(status, null, null, null), 10, null).tokens().stream()
        .map(Token::id)
        .toList();
  }

  private List<String> found(String text) {
    return acme.tokens.list(acme.id, query(null, text, null, null), 10, null).tokens().stream()
        .map(Token::id)
        .toList();
  }

  private static TokenQuery query(
      Token.@Nullable Status status,
      @Nullable String text,
      @Nullable Instant unusedSince,
      TokenQuery.@Nullable Sort sort) {
    return new TokenQuery(
        Optional.ofNullable(status),
        Optional.ofNullable(text),
        Optional.ofNullable(unusedSince),
        sort == null ? TokenQuery.Sort.NEWEST_FIRST : sort);
  }

  private void use(Token.Created token, Instant at, int times) {
    try (LastUse<TokenUse> another = new UsageStore(acme.database).lastUse()) {
      for (int i = 0; i < times; i++) {
        another.record(token.token().id(), TokenUse.of(at, null));
      }
    }
  }

  private List<Long> requests(Token.Created token, int days) {
    return acme.tokens.usage(acme.id, token.token().id(), days).orElseThrow().days().stream()
        .map(UsageStore.Day::requests)
        .toList();
  }

  private Token.Created create(String name, Optional<Instant> expiresAt) {
    return acme.tokens.create(
        acme.id, new Token.Properties(name, Optional.empty(), expiresAt), ada);
  }

  private Optional<Token> change(Token.Created token, Token.Changes changes) {
    return acme.tokens.update(acme.id, token.token().id(), changes, ada);
  }

  private Optional<Token.Created> replace(Token.Created token, Token.Replacement replacement) {
    return acme.tokens.replace(acme.id, token.token().id(), replacement, ada);
  }

  private static Token.Changes changes(
      @Nullable String name,
      @Nullable String description,
      @Nullable Instant expiresAt,
      boolean neverExpires) {
    return new Token.Changes(
        Optional.ofNullable(name),
        Optional.ofNullable(description),
        Optional.ofNullable(expiresAt),
        neverExpires);
  }

  private static Token.Replacement replacement(
      @Nullable String name, @Nullable Instant expiresAt, @Nullable Instant oldExpiresAt) {
    return new Token.Replacement(
        Optional.ofNullable(name),
        Optional.empty(),
        Optional.ofNullable(expiresAt),
        Optional.ofNullable(oldExpiresAt));
  }

  private static void refusedExpiry(String field, Callable<?> call) {
    assertThatExceptionOfType(InvalidExpiryException.class)
        .isThrownBy(call::call)
        .returns(field, InvalidExpiryException::field);
  }

  private Optional<Token.Verified> verify(Token.Created token) {
    return acme.tokens.verify(token.secret(), null);
  }

  private Token find(Token.Created token) {
    return acme.tokens.find(acme.id, token.token().id()).orElseThrow();
  }
}
