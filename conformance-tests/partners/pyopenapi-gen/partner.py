import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any, TypeVar

import httpx
from adraa_inbox import APIClient
from adraa_inbox.core.config import ClientConfig
from adraa_inbox.core.exceptions import HTTPError
from adraa_inbox.core.http_transport import HttpxTransport
from adraa_inbox.models.api_token import ApiToken
from adraa_inbox.models.leak_report import LeakReport
from adraa_inbox.models.leaked_token import LeakedToken
from adraa_inbox.models.new_token import NewToken
from adraa_inbox.models.replacement import Replacement
from adraa_inbox.models.sign_in_attempt import SignInAttempt
from adraa_inbox.models.sign_in_attempt_credential import SignInAttemptCredential
from adraa_inbox.models.sign_in_code_request import SignInCodeRequest
from adraa_inbox.models.token_changes import TokenChanges
from conversation import Refusal, Token, Workspace, converse

T = TypeVar("T")
runner = asyncio.Runner()


def wait(call: Coroutine[Any, Any, T]) -> T:
    return runner.run(call)


def refusal_of(failure: Exception) -> Refusal | None:
    if not isinstance(failure, HTTPError):
        return None
    assert isinstance(failure.response, httpx.Response)
    error = failure.response.json()["error"]
    return Refusal(error["code"], error["details"][0]["field"] if "details" in error else None)


def token_of(token: ApiToken) -> Token:
    return Token(token.id_, token.name, token.prefix, token.status, token.replaces)


class Inbox:
    def __init__(self, base_url: str, secret: str | None) -> None:
        transport = HttpxTransport(base_url, bearer_token=secret)
        self.inbox = APIClient(ClientConfig(base_url=base_url), transport)

    def verify_token(self) -> tuple[str, str]:
        verified = wait(self.inbox.verification.verify_token())
        return verified.company.name, verified.token.name

    def request_sign_in_code(self, email: str) -> None:
        wait(self.inbox.sign_in_codes.request_sign_in_code(SignInCodeRequest(email_=email)))

    def sign_in(self, email: str, code: str) -> str | None:
        credential = SignInAttemptCredential.BEARER
        attempt = SignInAttempt(email_=email, code=code, credential=credential)
        return wait(self.inbox.session.sign_in(attempt)).secret

    def get_session(self) -> tuple[str, Workspace]:
        session = wait(self.inbox.session.get_session()).session
        workspace = session.workspaces[0]
        return session.agent.nickname, Workspace(workspace.id_, workspace.name, workspace.role)

    def sign_out(self) -> None:
        wait(self.inbox.session.sign_out())

    def create_token(self, workspace_id: str, name: str) -> tuple[Token, str]:
        created = wait(self.inbox.tokens.create_token(workspace_id, NewToken(name=name)))
        return token_of(created.token), created.secret

    def list_tokens(
        self, workspace_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Token], str | None]:
        page = wait(self.inbox.tokens.list_tokens(workspace_id, limit=limit, cursor=cursor))
        return [token_of(token) for token in page.tokens], page.next_cursor

    def get_token(self, workspace_id: str, token_id: str) -> Token:
        return token_of(wait(self.inbox.tokens.get_token(workspace_id, token_id)).token)

    def revoke_token(self, workspace_id: str, token_id: str) -> Token:
        return token_of(wait(self.inbox.tokens.revoke_token(workspace_id, token_id)).token)

    def rename_token(self, workspace_id: str, token_id: str, name: str) -> Token:
        changes = TokenChanges(name=name)
        return token_of(wait(self.inbox.tokens.update_token(workspace_id, token_id, changes)).token)

    def used_days(self, workspace_id: str, token_id: str, days: int) -> int:
        used = wait(self.inbox.tokens.get_token_usage(workspace_id, token_id, days=days))
        return len(used.usage.days)

    def replace_token(
        self,
        workspace_id: str,
        token_id: str,
        description: str,
        expires_at: datetime,
        old_expires_at: datetime,
    ) -> tuple[Token, str]:
        replacement = Replacement(
            description=description, expires_at=expires_at, old_expires_at=old_expires_at
        )
        created = wait(self.inbox.tokens.replace_token(workspace_id, token_id, replacement))
        return token_of(created.token), created.secret

    def revoke_own_token(self) -> None:
        wait(self.inbox.verification.revoke_own_token())

    def last_action(self, workspace_id: str, since: str) -> str:
        listed = self.inbox.audit_events.list_audit_events(workspace_id, since=since, limit=1)
        return wait(listed).events[0].action

    def report_leaked_token(self, secret: str, url: str) -> None:
        report = LeakReport(tokens=[LeakedToken(secret=secret, url=url)])
        wait(self.inbox.leaked_tokens.report_leaked_tokens(report))


with runner:
    converse(Inbox, refusal_of)
