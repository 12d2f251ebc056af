package ai.adraa.inbox.client;

/** The operations of the contract that this client has. */
enum Operation {
  VERIFY_TOKEN("verifyToken", true),
  REVOKE_OWN_TOKEN("revokeOwnToken", true),
  REPORT_LEAKED_TOKENS("reportLeakedTokens", true),
  REQUEST_SIGN_IN_CODE("requestSignInCode", false),
  SIGN_IN("signIn", false),
  GET_SESSION("getSession", true),
  SIGN_OUT("signOut", true),
  LIST_TOKENS("listTokens", true),
  CREATE_TOKEN("createToken", false),
  GET_TOKEN("getToken", true),
  UPDATE_TOKEN("updateToken", true),
  REVOKE_TOKEN("revokeToken", true),
  REPLACE_TOKEN("replaceToken", false),
  GET_TOKEN_USAGE("getTokenUsage", true),
  LIST_AUDIT_EVENTS("listAuditEvents", true);

  /** The operation's name in the contract. */
  final String id;

  /** True if a second request changes nothing more than the first one did. */
  final boolean isIdempotent;

  Operation(String id, boolean isIdempotent) {
    this.id = id;
    this.isIdempotent = isIdempotent;
  }
}
