"""The whole life of a token with the generated client. What stands between "sample" and "end" is
shown in the API reference."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

# sample: setup
import adraa_inbox

base_url = os.environ["ADRAA_BASE_URL"]
client = adraa_inbox.ApiClient(adraa_inbox.Configuration(host=base_url))
# end


def refusal(request: Callable[[], object]) -> adraa_inbox.ErrorBody:
    try:
        request()
    except adraa_inbox.ApiException as refused:
        assert isinstance(refused.data, adraa_inbox.ErrorResponse)
        return refused.data.error
    raise AssertionError("The request was not refused")


print("missing token:", refusal(adraa_inbox.VerificationApi(client).verify_token).code)

email = os.environ["ADRAA_EMAIL"]
# sample: requestSignInCode
sign_in_codes = adraa_inbox.SignInCodesApi(client)
sign_in_codes.request_sign_in_code(adraa_inbox.SignInCodeRequest(email=email))
# end
print("sign-in code: sent", flush=True)
code = input()

# sample: signIn
attempt = adraa_inbox.SignInAttempt(email=email, code=code, credential="bearer")
signed_in = adraa_inbox.SessionApi(client).sign_in(attempt)
assert signed_in.secret
configuration = adraa_inbox.Configuration(
    host=base_url, access_token=signed_in.secret.get_secret_value()
)
admin = adraa_inbox.ApiClient(configuration)
# end

# sample: getSession
session = adraa_inbox.SessionApi(admin).get_session().session
workspace_id = session.workspaces[0].id
# end
workspace = session.workspaces[0]
print(f"signed in: {session.agent.nickname}, {workspace.role} of {workspace.name}")

# sample: createToken
tokens = adraa_inbox.TokensApi(admin)
created = tokens.create_token(workspace_id, adraa_inbox.NewToken(name="CRM integration"))
secret = created.secret.get_secret_value()  # returned only once: store it in your secret manager
# end
print(f"created: {created.token.name} {created.token.prefix} {created.token.status}")

# sample: verifyToken
configuration = adraa_inbox.Configuration(host=base_url, access_token=secret)
verification = adraa_inbox.VerificationApi(adraa_inbox.ApiClient(configuration))
verified = verification.verify_token()
# end
print(f"verified: {verified.company.name}, {verified.token.name}")


def create(name: str) -> str:
    another = tokens.create_token(workspace_id, adraa_inbox.NewToken(name=name))
    return another.secret.get_secret_value()


refused = refusal(lambda: create("   "))
print("refused name:", refused.code, (refused.details or [])[0].var_field)
leaked_secret = create("Order notifications")
create("Reports")

# sample: listTokens
tokens = adraa_inbox.TokensApi(admin)
pages = [tokens.list_tokens(workspace_id, limit=2)]
while pages[-1].next_cursor:
    pages.append(tokens.list_tokens(workspace_id, limit=2, cursor=pages[-1].next_cursor))
# end
print(f"listed: {sum(len(page.tokens) for page in pages)} tokens on {len(pages)} pages")

token_id = created.token.id
# sample: getToken
tokens = adraa_inbox.TokensApi(admin)
token = tokens.get_token(workspace_id, token_id).token
# end
print(f"got: {token.name} {token.status}")

if os.environ["ADRAA_API_VERSION"] != "1.0":
    # sample: updateToken
    tokens = adraa_inbox.TokensApi(admin)
    changes = adraa_inbox.TokenChanges(name="CRM integration (EU)")
    changed = tokens.update_token(workspace_id, token_id, changes).token
    # end
    print("changed:", changed.name)

    # sample: getTokenUsage
    tokens = adraa_inbox.TokensApi(admin)
    usage = tokens.get_token_usage(workspace_id, token_id, days=7).usage
    # end
    print(f"usage: {len(usage.days)} days")

    # sample: replaceToken
    now = datetime.now(timezone.utc)
    replacement = adraa_inbox.Replacement(
        description="Stored in the vault",
        expiresAt=now + timedelta(days=365),
        oldExpiresAt=now + timedelta(days=7),
    )
    replaced = adraa_inbox.TokensApi(admin).replace_token(workspace_id, token_id, replacement)
    new_secret = replaced.secret.get_secret_value()  # returned only once
    # end
    print(f"replaced: {replaced.token.name} {replaced.token.replaces}")

    configuration = adraa_inbox.Configuration(host=base_url, access_token=new_secret)
    integration = adraa_inbox.VerificationApi(adraa_inbox.ApiClient(configuration))
    verified = integration.verify_token()
    print(f"verified: {verified.company.name}, {verified.token.name}")

    # sample: revokeOwnToken
    configuration = adraa_inbox.Configuration(host=base_url, access_token=new_secret)
    adraa_inbox.VerificationApi(adraa_inbox.ApiClient(configuration)).revoke_own_token()
    # end
    print("revoked itself:", refusal(integration.verify_token).code)

    # sample: listAuditEvents
    audit = adraa_inbox.AuditEventsApi(admin)
    an_hour_ago = datetime.now(timezone.utc) - timedelta(hours=1)
    since = an_hour_ago.isoformat()
    events = audit.list_audit_events(workspace_id, since=since, limit=1).events
    # end
    print("last event:", events[0].action)

    # sample: reportLeakedTokens
    found = adraa_inbox.LeakedToken(
        secret=leaked_secret, url="https://git.example/acme/shop/blob/main/.env"
    )
    report = adraa_inbox.LeakReport(tokens=[found])
    adraa_inbox.LeakedTokensApi(client).report_leaked_tokens(report)
    # end
    configuration = adraa_inbox.Configuration(host=base_url, access_token=leaked_secret)
    reported = adraa_inbox.VerificationApi(adraa_inbox.ApiClient(configuration))
    print("reported:", refusal(reported.verify_token).code)

# sample: revokeToken
tokens = adraa_inbox.TokensApi(admin)
revoked = tokens.revoke_token(workspace_id, token_id).token
# end
print(f"revoked: {revoked.name} {revoked.status}")

print("revoked token:", refusal(verification.verify_token).code)

# sample: signOut
adraa_inbox.SessionApi(admin).sign_out()
# end
print("signed out")

print("without session:", refusal(adraa_inbox.SessionApi(admin).get_session).code)
