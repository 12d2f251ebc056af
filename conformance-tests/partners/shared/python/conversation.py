"""The whole life of a token, with a client of any generator."""

import os
from collections.abc import Callable
from typing import NamedTuple, Protocol


class Workspace(NamedTuple):
    id: str
    name: str
    role: str


class Token(NamedTuple):
    id: str
    name: str
    prefix: str
    status: str


class Refusal(NamedTuple):
    """An error response: its code, and the first field that is not valid."""

    code: str
    field: str | None


class Client(Protocol):
    """The API's operations. A call that is refused raises the generator's exception."""

    def verify_token(self) -> tuple[str, str]:
        """Returns the names of the workspace and of the token."""

    def request_sign_in_code(self, email: str) -> None: ...
    def sign_in(self, email: str, code: str) -> str | None:
        """Returns the secret of a session with the credential `bearer`."""

    def get_session(self) -> tuple[str, Workspace]:
        """Returns the agent's nickname and first workspace."""

    def sign_out(self) -> None: ...
    def create_token(self, workspace_id: str, name: str) -> tuple[Token, str]:
        """Returns the token and its secret."""

    def list_tokens(
        self, workspace_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Token], str | None]:
        """Returns a page and the cursor of the next one."""

    def get_token(self, workspace_id: str, token_id: str) -> Token: ...
    def revoke_token(self, workspace_id: str, token_id: str) -> Token: ...


def converse(
    connect: Callable[[str, str | None], Client],
    refusal_of: Callable[[Exception], Refusal | None],
) -> None:
    """Calls the API with clients that connect makes of a base URL and a bearer secret."""
    base_url = os.environ["ADRAA_BASE_URL"]
    email = os.environ["ADRAA_EMAIL"]

    def refused(call: Callable[[], object]) -> Refusal:
        try:
            call()
        except Exception as failure:
            if refusal := refusal_of(failure):
                return refusal
            raise
        raise AssertionError("not refused")

    anonymous = connect(base_url, None)
    print("missing token:", refused(anonymous.verify_token).code)

    anonymous.request_sign_in_code(email)
    print("sign-in code: sent", flush=True)
    code = input()

    admin = connect(base_url, anonymous.sign_in(email, code))
    nickname, workspace = admin.get_session()
    print(f"signed in: {nickname}, {workspace.role} of {workspace.name}")

    token, secret = admin.create_token(workspace.id, "CRM integration")
    print(f"created: {token.name} {token.prefix} {token.status}")

    integration = connect(base_url, secret)
    company, name = integration.verify_token()
    print(f"verified: {company}, {name}")

    refusal = refused(lambda: admin.create_token(workspace.id, "   "))
    print("refused name:", refusal.code, refusal.field)
    admin.create_token(workspace.id, "Order notifications")
    admin.create_token(workspace.id, "Reports")

    page, cursor = admin.list_tokens(workspace.id, 2, None)
    tokens, pages = page, 1
    while cursor is not None:
        page, cursor = admin.list_tokens(workspace.id, 2, cursor)
        tokens, pages = tokens + page, pages + 1
    print(f"listed: {len(tokens)} tokens on {pages} pages")

    got = admin.get_token(workspace.id, token.id)
    print(f"got: {got.name} {got.status}")

    revoked = admin.revoke_token(workspace.id, token.id)
    print(f"revoked: {revoked.name} {revoked.status}")
    print("revoked token:", refused(integration.verify_token).code)

    admin.sign_out()
    print("signed out")
    print("without session:", refused(admin.get_session).code)
