"""The whole life of a token, with a client of any generator."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
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
    replaces: str | None


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
    def rename_token(self, workspace_id: str, token_id: str, name: str) -> Token: ...
    def used_days(self, workspace_id: str, token_id: str, days: int) -> int:
        """Returns for how many days the usage is known."""

    def replace_token(
        self,
        workspace_id: str,
        token_id: str,
        description: str,
        expires_at: datetime,
        old_expires_at: datetime,
    ) -> tuple[Token, str]:
        """Returns the new token and its secret."""

    def revoke_own_token(self) -> None: ...
    def last_action(self, workspace_id: str, since: str) -> str:
        """Returns the action of the last audit event, if it is later than a time."""

    def report_leaked_token(self, secret: str, url: str) -> None: ...


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
    _, leaked = admin.create_token(workspace.id, "Order notifications")
    admin.create_token(workspace.id, "Reports")

    page, cursor = admin.list_tokens(workspace.id, 2, None)
    tokens, pages = page, 1
    while cursor is not None:
        page, cursor = admin.list_tokens(workspace.id, 2, cursor)
        tokens, pages = tokens + page, pages + 1
    print(f"listed: {len(tokens)} tokens on {pages} pages")

    got = admin.get_token(workspace.id, token.id)
    print(f"got: {got.name} {got.status}")

    if os.environ["ADRAA_API_VERSION"] != "1.0":
        changed = admin.rename_token(workspace.id, token.id, "CRM integration (EU)")
        print("changed:", changed.name)
        print("usage:", admin.used_days(workspace.id, token.id, 7), "days")

        now = datetime.now(timezone.utc)
        replaced, new_secret = admin.replace_token(
            workspace.id,
            token.id,
            description="Stored in the vault",
            expires_at=now + timedelta(days=365),
            old_expires_at=now + timedelta(days=7),
        )
        print("replaced:", replaced.name, replaced.replaces)

        renewed = connect(base_url, new_secret)
        company, name = renewed.verify_token()
        print(f"verified: {company}, {name}")
        renewed.revoke_own_token()
        print("revoked itself:", refused(renewed.verify_token).code)

        an_hour_ago = (now - timedelta(hours=1)).isoformat()
        print("last event:", admin.last_action(workspace.id, an_hour_ago))

        anonymous.report_leaked_token(leaked, "https://git.example/acme/shop/blob/main/.env")
        print("reported:", refused(connect(base_url, leaked).verify_token).code)

    revoked = admin.revoke_token(workspace.id, token.id)
    print(f"revoked: {revoked.name} {revoked.status}")
    print("revoked token:", refused(integration.verify_token).code)

    admin.sign_out()
    print("signed out")
    print("without session:", refused(admin.get_session).code)
