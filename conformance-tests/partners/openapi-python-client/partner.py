"""The whole life of a token with the generated client."""

import os
from typing import TypeVar

from adraa_inbox import AuthenticatedClient, Client
from adraa_inbox.api.session import get_session, sign_in, sign_out
from adraa_inbox.api.sign_in_codes import request_sign_in_code
from adraa_inbox.api.tokens import create_token, get_token, list_tokens, revoke_token
from adraa_inbox.api.verification import verify_token
from adraa_inbox.models import (
    ErrorBody,
    CreatedToken,
    CreateTokenRequest,
    ErrorResponse,
    SessionResponse,
    SignInCodeRequest,
    SignInRequest,
    TokenList,
    TokenResponse,
    TokenVerification,
)

T = TypeVar("T")


def expect(kind: type[T], answer: object) -> T:
    assert isinstance(answer, kind), answer
    return answer


def refusal(answer: object) -> ErrorBody:
    return expect(ErrorResponse, answer).error


base_url = os.environ["ADRAA_BASE_URL"]
client = Client(base_url=base_url)

# The types rightly ask for a client with a token.
print("missing token:", refusal(verify_token.sync(client=client)).code)  # type: ignore[arg-type]

email = os.environ["ADRAA_EMAIL"]
assert request_sign_in_code.sync(client=client, body=SignInCodeRequest(email=email)) is None
print("sign-in code: sent", flush=True)
code = input()

expect(
    SessionResponse,
    sign_in.sync(client=client, body=SignInRequest(email=email, code=code)),
)
session_id = client.get_httpx_client().cookies["adraa_session"]
console = AuthenticatedClient(
    base_url=base_url,
    auth_header_name="Cookie",
    prefix="",
    token=f"adraa_session={session_id}",
)

session = expect(SessionResponse, get_session.sync(client=console)).session
workspace = session.workspaces[0]
print(f"signed in: {session.agent.nickname}, {workspace.role} of {workspace.name}")


def create(name: str) -> CreatedToken | ErrorResponse | None:
    return create_token.sync(workspace.id, client=console, body=CreateTokenRequest(name=name))


created = expect(CreatedToken, create("CRM integration"))
print(f"created: {created.token.name} {created.token.prefix} {created.token.status}")

integration = AuthenticatedClient(base_url=base_url, token=created.secret)
verified = expect(TokenVerification, verify_token.sync(client=integration))
print(f"verified: {verified.company.name}, {verified.token.name}")

refused = refusal(create("   "))
print("refused name:", refused.code, (refused.details or [])[0].field)
expect(CreatedToken, create("Order notifications"))
expect(CreatedToken, create("Reports"))

pages = [expect(TokenList, list_tokens.sync(workspace.id, client=console, limit=2))]
while cursor := pages[-1].next_cursor:
    page = list_tokens.sync(workspace.id, client=console, limit=2, cursor=cursor)
    pages.append(expect(TokenList, page))
print(f"listed: {sum(len(page.tokens) for page in pages)} tokens on {len(pages)} pages")

token_id = created.token.id
token = expect(TokenResponse, get_token.sync(workspace.id, token_id, client=console)).token
print(f"got: {token.name} {token.status}")

revoked = expect(TokenResponse, revoke_token.sync(workspace.id, token_id, client=console)).token
print(f"revoked: {revoked.name} {revoked.status}")

print("revoked token:", refusal(verify_token.sync(client=integration)).code)

assert sign_out.sync(client=console) is None
print("signed out")

print("without session:", refusal(get_session.sync(client=console)).code)
