package ai.adraa.inbox.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import ai.adraa.inbox.server.Acme;
import ai.adraa.inbox.server.audit.AuditStore;
import ai.adraa.inbox.server.error.OperatorException;
import ai.adraa.inbox.server.secret.Secret;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workspaces and their members; a demoted or removed agent is signed out. */
class WorkspaceStoreTest {
  private static final String BOB = "bob@acme.example";

  @AutoClose private final Acme acme = new Acme();
  private final WorkspaceStore store = acme.workspaces;

  @Test
  void aNewWorkspaceHasItsAdminAndNobodyElse() {
    assertThat(store.list()).containsExactly(new WorkspaceStore.Workspace(acme.id, "acme", 1, 0));
    assertThat(store.members(Optional.of("acme")))
        .containsExactly(new WorkspaceStore.Member("acme", acme.ada, Membership.Role.ADMIN));
    assertThat(store.requireId("acme")).isEqualTo(acme.id);
    assertThat(acme.ada.email()).isEqualTo(Acme.ADA);
    assertThat(acme.ada.nickname()).isEqualTo("ada");
    assertThat(acme.events("workspace-created")).hasSize(1);
    assertThat(acme.events("agent-added"))
        .singleElement()
        .returns(Optional.of("acme"), AuditStore.Entry::workspace)
        .returns(Optional.of(Acme.ADA), AuditStore.Entry::member);
  }

  @Test
  void aNameIsTakenOnce() {
    refused("acme", () -> store.create("acme", BOB, Acme.OPERATOR));
    assertThat(store.agentByEmail(BOB)).isEmpty();
    assertThat(store.list()).hasSize(1);
  }

  @Test
  void tokensAndMembersAreCounted() {
    acme.token("one");
    acme.token("two");
    acme.tokens.revoke(acme.id, acme.token("three").token().id(), acme.caller(acme.ada));
    acme.member(BOB, Membership.Role.AGENT);
    store.create("globex", BOB, Acme.OPERATOR);

    assertThat(store.list())
        .extracting(
            WorkspaceStore.Workspace::name,
            WorkspaceStore.Workspace::members,
            WorkspaceStore.Workspace::activeTokens)
        .containsExactlyInAnyOrder(tuple("acme", 2, 2), tuple("globex", 1, 0));
    assertThat(store.members(Optional.empty())).hasSize(3);
    assertThat(store.members(Optional.of("globex"))).hasSize(1);
    refusedWorkspace(() -> store.members(Optional.of("none")));
  }

  @Test
  void onePersonHasOneAccountInManyWorkspaces() {
    String globex = store.create("globex", "Ada@ACME.example", Acme.OPERATOR);

    assertThat(store.firstAdmin(globex)).isEqualTo(acme.ada);
    assertThat(store.agentByEmail("ADA@acme.example")).contains(acme.ada);
    assertThat(store.memberships(acme.ada.id()))
        .extracting(Membership::workspaceName)
        .containsExactly("acme", "globex");
    assertThat(store.membership(acme.ada.id(), globex))
        .contains(new Membership(globex, "globex", Membership.Role.ADMIN));
    assertThat(store.membership("nobody", globex)).isEmpty();
  }

  /** A domain is longer in ASCII, in which mail servers see it. */
  @ParameterizedTest
  @CsvSource({"a, 228", "\u00fc, 222"})
  void anAddressHas254CharactersAtMost(String letter, int length) {
    String domain = letter.repeat(5) + ".adraa-inbox.example";
    String longest = "x".repeat(length) + "@" + domain;

    assertThat(acme.member(longest, Membership.Role.AGENT).email()).hasSize(254);
    refused("x" + longest, () -> acme.member("x" + longest, Membership.Role.AGENT));
  }

  @Test
  void aNicknameIsGivenOrComesFromTheEmailCutToItsLimit() {
    Agent named =
        store.addAgent("acme", BOB, Optional.of("Bobby"), Membership.Role.AGENT, Acme.OPERATOR);
    Agent whole = acme.member("x".repeat(60) + "@acme.example", Membership.Role.AGENT);
    Agent cut = acme.member("y".repeat(61) + "@acme.example", Membership.Role.AGENT);

    assertThat(named.nickname()).isEqualTo("Bobby");
    assertThat(whole.nickname()).isEqualTo("x".repeat(60));
    assertThat(cut.nickname()).isEqualTo("y".repeat(60));
  }

  @Test
  void whoIsAMemberCannotBeAddedAgain() {
    refused(
        "already",
        () ->
            store.addAgent(
                "acme", Acme.ADA, Optional.empty(), Membership.Role.AGENT, Acme.OPERATOR));
    refusedWorkspace(
        () -> store.addAgent("none", BOB, Optional.empty(), Membership.Role.AGENT, Acme.OPERATOR));
  }

  @Test
  void aRemovedMemberIsSignedOutAndLosesThisWorkspaceOnly() {
    Agent bob = acme.member(BOB, Membership.Role.ADMIN);
    String globex = store.create("globex", BOB, Acme.OPERATOR);
    Secret session = acme.session(bob);
    Secret other = acme.session(acme.ada);

    assertThat(store.removeAgent("acme", BOB, Acme.OPERATOR)).isEqualTo(bob);

    assertThat(store.membership(bob.id(), acme.id)).isEmpty();
    assertThat(store.membership(bob.id(), globex)).isPresent();
    assertThat(acme.signIn.findSession(session)).isEmpty();
    assertThat(acme.signIn.findSession(other)).isPresent();
    assertThat(acme.events("agent-removed"))
        .singleElement()
        .returns(Optional.of("acme"), AuditStore.Entry::workspace)
        .returns(Optional.of(BOB), AuditStore.Entry::member)
        .returns(Optional.of("sessions ended: 1"), AuditStore.Entry::detail);
    assertThatExceptionOfType(UnknownMemberException.class)
        .isThrownBy(() -> store.removeAgent("acme", BOB, Acme.OPERATOR));
  }

  @Test
  void aDemotedAdminIsSignedOutAndAPromotedAgentIsNot() {
    Agent bob = acme.member(BOB, Membership.Role.AGENT);
    Secret session = acme.session(bob);

    store.changeRole("acme", BOB, Membership.Role.AGENT, Acme.OPERATOR);
    assertThat(acme.events("role-changed")).as("the role is the same").isEmpty();
    assertThat(store.changeRole("acme", BOB, Membership.Role.ADMIN, Acme.OPERATOR)).isEqualTo(bob);
    assertThat(role(bob)).isEqualTo(Membership.Role.ADMIN);
    assertThat(acme.signIn.findSession(session)).isPresent();
    store.changeRole("acme", BOB, Membership.Role.AGENT, Acme.OPERATOR);
    assertThat(role(bob)).isEqualTo(Membership.Role.AGENT);
    assertThat(acme.signIn.findSession(session)).isEmpty();

    assertThat(acme.events("role-changed"))
        .extracting(AuditStore.Entry::detail)
        .containsExactly(Optional.of("role agent, sessions ended: 1"), Optional.of("role admin"));
    assertThatExceptionOfType(UnknownMemberException.class)
        .isThrownBy(
            () ->
                store.changeRole("acme", "eve@acme.example", Membership.Role.ADMIN, Acme.OPERATOR));
  }

  @Test
  void theLastAdminStays() {
    acme.member(BOB, Membership.Role.AGENT);
    // An admin elsewhere does not count.
    store.create("globex", BOB, Acme.OPERATOR);

    refused("ada@acme.example", () -> store.removeAgent("acme", Acme.ADA, Acme.OPERATOR));
    refused(
        "ada@acme.example",
        () -> store.changeRole("acme", Acme.ADA, Membership.Role.AGENT, Acme.OPERATOR));
    assertThat(role(acme.ada)).isEqualTo(Membership.Role.ADMIN);

    store.changeRole("acme", BOB, Membership.Role.ADMIN, Acme.OPERATOR);
    store.removeAgent("acme", Acme.ADA, Acme.OPERATOR);
    assertThat(store.members(Optional.of("acme")))
        .extracting(member -> member.agent().email())
        .isEqualTo(List.of(BOB));
  }

  private Membership.Role role(Agent agent) {
    return store.membership(agent.id(), acme.id).orElseThrow().role();
  }

  private static void refused(String named, ThrowingCallable call) {
    assertThatExceptionOfType(OperatorException.class)
        .isThrownBy(call)
        .withMessageContaining(named);
  }

  private static void refusedWorkspace(ThrowingCallable call) {
    assertThatExceptionOfType(UnknownWorkspaceException.class).isThrownBy(call);
  }
}
