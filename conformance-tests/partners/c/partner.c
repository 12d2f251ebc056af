/* The whole life of a token with the generated client. */

#include "AuditEventsAPI.h"
#include "LeakedTokensAPI.h"
#include "SessionAPI.h"
#include "SignInCodesAPI.h"
#include "TokensAPI.h"
#include "VerificationAPI.h"

#include <time.h>

/* An operation that fails returns NULL. The envelope is only in what the client received. */
static cJSON *received;

static void receive(void **data, long *length) {
  (void)length;
  cJSON_Delete(received);
  received = cJSON_Parse(*data);
}

static error_body_t *refusal(const void *result) {
  if (result != NULL) {
    fprintf(stderr, "The request was not refused\n");
    exit(1);
  }
  return error_response_parseFromJSON(received)->error;
}

static apiClient_t *client(const char *secret) {
  apiClient_t *client = apiClient_create_with_base_path(getenv("ADRAA_BASE_URL"), NULL, NULL);
  client->data_callback_func = receive;
  client->accessToken = secret == NULL ? NULL : strdup(secret);
  return client;
}

static char *in_days(int days) {
  time_t then = time(NULL) + days * 86400L;
  char *text = malloc(32);
  strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime(&then));
  return text;
}

/* What a server of 1.0 does not have. */
static void replace_and_report(
    apiClient_t *console, char *workspace_id, char *token_id, char *leaked) {
  token_changes_t changes = {.name = "CRM integration (EU)"};
  api_token_t *changed =
      TokensAPI_updateToken(console, workspace_id, token_id, &changes)->token;
  printf("changed: %s\n", changed->name);

  int days = 7;
  token_usage_t *usage = TokensAPI_getTokenUsage(console, workspace_id, token_id, &days)->usage;
  printf("usage: %ld days\n", usage->days->count);

  replacement_t replacement = {
      .description = "Stored in the vault",
      .expires_at = in_days(365),
      .old_expires_at = in_days(7),
  };
  created_token_t *replaced =
      TokensAPI_replaceToken(console, workspace_id, token_id, &replacement);
  printf("replaced: %s %s\n", replaced->token->name, replaced->token->replaces);

  apiClient_t *renewed = client(replaced->secret);
  token_verification_t *verified = VerificationAPI_verifyToken(renewed);
  printf("verified: %s, %s\n", verified->company->name, verified->token->name);
  VerificationAPI_revokeOwnToken(renewed);
  printf("revoked itself: %s\n", refusal(VerificationAPI_verifyToken(renewed))->code);

  int limit = 1;
  audit_event_list_t *events = AuditEventsAPI_listAuditEvents(
      console, workspace_id, NULL, NULL, NULL, in_days(-1), NULL, &limit, NULL);
  audit_event_t *event = events->events->firstEntry->data;
  printf("last event: %s\n", event->action);

  leaked_token_t found = {
      .secret = leaked, .url = "https://git.example/acme/shop/blob/main/.env"};
  leak_report_t report = {.tokens = list_createList()};
  list_addElement(report.tokens, &found);
  LeakedTokensAPI_reportLeakedTokens(client(NULL), &report);
  printf("reported: %s\n", refusal(VerificationAPI_verifyToken(client(leaked)))->code);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  apiClient_t *anonymous = client(NULL);
  printf("missing token: %s\n", refusal(VerificationAPI_verifyToken(anonymous))->code);

  char *email = getenv("ADRAA_EMAIL");
  SignInCodesAPI_requestSignInCode(anonymous, &(sign_in_code_request_t){.email = email});
  printf("sign-in code: sent\n");
  char code[7];
  if (fgets(code, sizeof code, stdin) == NULL) {
    return 1;
  }

  sign_in_attempt_t attempt = {
      .email = email,
      .code = code,
      .credential = adraa_inbox_api_sign_in_attempt_CREDENTIAL_bearer,
  };
  apiClient_t *console = client(SessionAPI_signIn(anonymous, &attempt)->secret);

  session_t *session = SessionAPI_getSession(console)->session;
  workspace_membership_t *workspace = session->workspaces->firstEntry->data;
  printf("signed in: %s, %s of %s\n", session->agent->nickname, workspace->role, workspace->name);

  created_token_t *created =
      TokensAPI_createToken(console, workspace->id, &(new_token_t){.name = "CRM integration"});
  api_token_t *token = created->token;
  printf("created: %s %s %s\n", token->name, token->prefix, token->status);

  apiClient_t *integration = client(created->secret);
  token_verification_t *verified = VerificationAPI_verifyToken(integration);
  printf("verified: %s, %s\n", verified->company->name, verified->token->name);

  error_body_t *refused =
      refusal(TokensAPI_createToken(console, workspace->id, &(new_token_t){.name = "   "}));
  error_detail_t *detail = refused->details->firstEntry->data;
  printf("refused name: %s %s\n", refused->code, detail->field);
  created_token_t *leaked =
      TokensAPI_createToken(console, workspace->id, &(new_token_t){.name = "Order notifications"});
  TokensAPI_createToken(console, workspace->id, &(new_token_t){.name = "Reports"});

  int limit = 2;
  long tokens = 0;
  int pages = 0;
  char *cursor = NULL;
  do {
    token_list_t *page = TokensAPI_listTokens(
        console, workspace->id, adraa_inbox_api_listTokens_STATUS_NULL, &limit, cursor, NULL, NULL,
        adraa_inbox_api_listTokens_SORT_NULL);
    tokens += page->tokens->count;
    pages++;
    cursor = page->next_cursor;
  } while (cursor != NULL);
  printf("listed: %ld tokens on %d pages\n", tokens, pages);

  api_token_t *got = TokensAPI_getToken(console, workspace->id, token->id)->token;
  printf("got: %s %s\n", got->name, got->status);

  if (strcmp(getenv("ADRAA_API_VERSION"), "1.0") != 0) {
    replace_and_report(console, workspace->id, token->id, leaked->secret);
  }

  api_token_t *revoked = TokensAPI_revokeToken(console, workspace->id, token->id)->token;
  printf("revoked: %s %s\n", revoked->name, revoked->status);

  printf("revoked token: %s\n", refusal(VerificationAPI_verifyToken(integration))->code);

  SessionAPI_signOut(console);
  printf("signed out\n");

  printf("without session: %s\n", refusal(SessionAPI_getSession(console))->code);
  return 0;
}
