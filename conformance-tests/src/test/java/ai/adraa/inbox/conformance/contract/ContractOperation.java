package ai.adraa.inbox.conformance.contract;

import ai.adraa.inbox.conformance.support.TestInbox;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A request that succeeds, before anything is done to it; body is null where none is sent, and a
 * text where its bytes are signed.
 */
record ContractOperation(String id, String method, String path, Access access, Object body) {
  // Well-formed, and of no token.
  private static final String SECRET = "adraa_1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4da54ba9f6";

  /** The fields of the body. */
  Set<String> fields() {
    Set<String> fields = new TreeSet<>();
    ((Map<?, ?>) body).keySet().forEach(field -> fields.add((String) field));
    return fields;
  }

  /** The most bytes of a body. */
  int mostBytes() {
    return (path.startsWith("/api/v1/leaked-tokens") ? 256 : 64) * 1024;
  }

  boolean isUnsafe() {
    return !method.equals("GET");
  }

  enum Access {
    ANYONE,
    TOKEN,
    SESSION,
    ADMIN,
    GITHUB
  }

  /** Each operation of the contract, by this caller on this token. */
  static List<ContractOperation> operations(
      TestInbox.SignedIn caller, TestInbox.NewToken existing) {
    String tokens = "/api/v1/workspaces/" + caller.workspaceId() + "/tokens";
    String one = tokens + "/" + existing.id();
    Map<String, String> email = Map.of("email", "nobody@acme.example");
    Map<String, String> code = Map.of("email", "nobody@acme.example", "code", "000000");
    Map<String, String> name = Map.of("name", "Order notifications");
    return List.of(
        new ContractOperation("verifyToken", "GET", "/api/v1/me", Access.TOKEN, null),
        new ContractOperation(
            "requestSignInCode", "POST", "/api/v1/sign-in-codes", Access.ANYONE, email),
        new ContractOperation("signIn", "POST", "/api/v1/session", Access.ANYONE, code),
        new ContractOperation("getSession", "GET", "/api/v1/session", Access.SESSION, null),
        new ContractOperation("signOut", "DELETE", "/api/v1/session", Access.SESSION, null),
        new ContractOperation("listTokens", "GET", tokens, Access.ADMIN, null),
        new ContractOperation("createToken", "POST", tokens, Access.ADMIN, name),
        new ContractOperation("getToken", "GET", one, Access.ADMIN, null),
        new ContractOperation(
            "listAuditEvents",
            "GET",
            "/api/v1/workspaces/" + caller.workspaceId() + "/audit-events",
            Access.ADMIN,
            null),
        new ContractOperation("updateToken", "PATCH", one, Access.ADMIN, name),
        new ContractOperation("getTokenUsage", "GET", one + "/usage", Access.ADMIN, null),
        new ContractOperation("replaceToken", "POST", one + "/replace", Access.ADMIN, name),
        new ContractOperation(
            "reportLeakedTokens",
            "POST",
            "/api/v1/leaked-tokens",
            Access.ANYONE,
            Map.of("tokens", List.of(Map.of("secret", SECRET)))),
        new ContractOperation(
            "reportLeakedTokensFromGitHub",
            "POST",
            "/api/v1/leaked-tokens/github",
            Access.GITHUB,
            "[{\"token\":\"" + SECRET + "\",\"type\":\"adraa_inbox_api_token\"}]"),
        // Last, since both end what the others need.
        new ContractOperation("revokeOwnToken", "POST", "/api/v1/me/revoke", Access.TOKEN, null),
        new ContractOperation("revokeToken", "POST", one + "/revoke", Access.ADMIN, null));
  }
}
