"""The whole life of a token with the generated client. What stands between "sample" and "end" is
shown in the API reference."""

import os
from collections.abc import Callable

# sample: setup
import adraa_inbox

configuration = adraa_inbox.Configuration(host=os.environ["ADRAA_BASE_URL"])
client = adraa_inbox.ApiClient(configuration)
# end

verification = adraa_inbox.VerificationApi(client)


def refusal(request: Callable[[], object]) -> adraa_inbox.ErrorBody:
    try:
        request()
    except adraa_inbox.ApiException as refused:
        assert isinstance(refused.data, adraa_inbox.ErrorResponse)
        return refused.data.error
    raise AssertionError("The request was not refused")


print("missing token:", refusal(verification.verify_token).code)

email = os.environ["ADRAA_EMAIL"]
# sample: requestSignInCode
sign_in_codes = adraa_inbox.SignInCodesApi(client)
sign_in_codes.request_sign_in_code(adraa_inbox.SignInCodeRequest(email=email))
# end
print("sign-in code: sent", flush=True)
code = input()

# sample: signIn
from http.cookies import SimpleCookie

from urllib3 import HTTPHeaderDict

sessions = adraa_inbox.SessionApi(client)
signed_in = sessions.sign_in_with_http_info(adraa_inbox.SignInRequest(email=email, code=code))
cookies = SimpleCookie(HTTPHeaderDict(signed_in.headers)["Set-Cookie"])
configuration.api_key["sessionCookie"] = cookies["adraa_session"].value
# end

# sample: getSession
session = adraa_inbox.SessionApi(client).get_session().session
workspace_id = session.workspaces[0].id
# end
workspace = session.workspaces[0]
print(f"signed in: {session.agent.nickname}, {workspace.role} of {workspace.name}")

# sample: createToken
tokens = adraa_inbox.TokensApi(client)
request = adraa_inbox.CreateTokenRequest(name="CRM integration")
created = tokens.create_token(workspace_id, request)
secret = created.secret  # returned only once: store it in your secret manager
# end
print(f"created: {created.token.name} {created.token.prefix} {created.token.status}")

# sample: verifyToken
configuration.access_token = secret
verified = adraa_inbox.VerificationApi(client).verify_token()
# end
print(f"verified: {verified.company.name}, {verified.token.name}")


def create(name: str) -> None:
    tokens.create_token(workspace_id, adraa_inbox.CreateTokenRequest(name=name))


refused = refusal(lambda: create("   "))
print("refused name:", refused.code, (refused.details or [])[0].var_field)
create("Order notifications")
create("Reports")

# sample: listTokens
tokens = adraa_inbox.TokensApi(client)
pages = [tokens.list_tokens(workspace_id, limit=2)]
while pages[-1].next_cursor:
    pages.append(tokens.list_tokens(workspace_id, limit=2, cursor=pages[-1].next_cursor))
# end
print(f"listed: {sum(len(page.tokens) for page in pages)} tokens on {len(pages)} pages")

token_id = created.token.id
# sample: getToken
tokens = adraa_inbox.TokensApi(client)
token = tokens.get_token(workspace_id, token_id).token
# end
print(f"got: {token.name} {token.status}")

# sample: revokeToken
tokens = adraa_inbox.TokensApi(client)
revoked = tokens.revoke_token(workspace_id, token_id).token
# end
print(f"revoked: {revoked.name} {revoked.status}")

print("revoked token:", refusal(verification.verify_token).code)

# sample: signOut
adraa_inbox.SessionApi(client).sign_out()
# end
print("signed out")

print("without session:", refusal(sessions.get_session).code)
