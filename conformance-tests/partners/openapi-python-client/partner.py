from datetime import datetime
from typing import TypeVar, cast

from adraa_inbox import AuthenticatedClient, Client
from adraa_inbox.api.audit_events import list_audit_events
from adraa_inbox.api.leaked_tokens import report_leaked_tokens
from adraa_inbox.api.session import get_session, sign_in, sign_out
from adraa_inbox.api.sign_in_codes import request_sign_in_code
from adraa_inbox.api.tokens import (
    create_token,
    get_token,
    get_token_usage,
    list_tokens,
    replace_token,
    revoke_token,
    update_token,
)
from adraa_inbox.api.verification import revoke_own_token, verify_token
from adraa_inbox.models import (
    ApiToken,
    AuditEventList,
    CreatedSession,
    CreatedToken,
    ErrorResponse,
    LeakedToken,
    LeakReport,
    NewToken,
    Replacement,
    SessionResponse,
    SignInAttempt,
    SignInAttemptCredential,
    SignInCodeRequest,
    TokenChanges,
    TokenList,
    TokenResponse,
    TokenUsageResponse,
    TokenVerification,
)
from adraa_inbox.types import UNSET
from conversation import Refusal, Token, Workspace, converse

T = TypeVar("T")


class Refused(Exception):
    def __init__(self, response: ErrorResponse) -> None:
        self.error = response.error


def expect(kind: type[T], answer: object) -> T:
    if isinstance(answer, ErrorResponse):
        raise Refused(answer)
    assert isinstance(answer, kind), answer
    return answer


def refusal_of(failure: Exception) -> Refusal | None:
    if not isinstance(failure, Refused):
        return None
    details = failure.error.details
    return Refusal(failure.error.code, details[0].field if details else None)


def token_of(token: ApiToken) -> Token:
    return Token(token.id, token.name, token.prefix, token.status, token.replaces or None)


class Inbox:
    def __init__(self, base_url: str, secret: str | None) -> None:
        if secret is None:
            # The types ask for a token where the contract does; this program also calls without one.
            self.client = cast(AuthenticatedClient, Client(base_url=base_url))
        else:
            self.client = AuthenticatedClient(base_url=base_url, token=secret)

    def verify_token(self) -> tuple[str, str]:
        verified = expect(TokenVerification, verify_token.sync(client=self.client))
        return verified.company.name, verified.token.name

    def request_sign_in_code(self, email: str) -> None:
        body = SignInCodeRequest(email=email)
        expect(type(None), request_sign_in_code.sync(client=self.client, body=body))

    def sign_in(self, email: str, code: str) -> str | None:
        body = SignInAttempt(email=email, code=code, credential=SignInAttemptCredential.BEARER)
        return expect(CreatedSession, sign_in.sync(client=self.client, body=body)).secret or None

    def get_session(self) -> tuple[str, Workspace]:
        session = expect(SessionResponse, get_session.sync(client=self.client)).session
        workspace = session.workspaces[0]
        return session.agent.nickname, Workspace(workspace.id, workspace.name, workspace.role)

    def sign_out(self) -> None:
        expect(type(None), sign_out.sync(client=self.client))

    def create_token(self, workspace_id: str, name: str) -> tuple[Token, str]:
        body = NewToken(name=name)
        answer = create_token.sync(workspace_id, client=self.client, body=body)
        created = expect(CreatedToken, answer)
        return token_of(created.token), created.secret

    def list_tokens(
        self, workspace_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Token], str | None]:
        answer = list_tokens.sync(
            workspace_id, client=self.client, limit=limit, cursor=cursor or UNSET
        )
        page = expect(TokenList, answer)
        return [token_of(token) for token in page.tokens], page.next_cursor or None

    def get_token(self, workspace_id: str, token_id: str) -> Token:
        answer = get_token.sync(workspace_id, token_id, client=self.client)
        return token_of(expect(TokenResponse, answer).token)

    def revoke_token(self, workspace_id: str, token_id: str) -> Token:
        answer = revoke_token.sync(workspace_id, token_id, client=self.client)
        return token_of(expect(TokenResponse, answer).token)

    def rename_token(self, workspace_id: str, token_id: str, name: str) -> Token:
        body = TokenChanges(name=name)
        answer = update_token.sync(workspace_id, token_id, client=self.client, body=body)
        return token_of(expect(TokenResponse, answer).token)

    def used_days(self, workspace_id: str, token_id: str, days: int) -> int:
        answer = get_token_usage.sync(workspace_id, token_id, client=self.client, days=days)
        return len(expect(TokenUsageResponse, answer).usage.days)

    def replace_token(
        self,
        workspace_id: str,
        token_id: str,
        description: str,
        expires_at: datetime,
        old_expires_at: datetime,
    ) -> tuple[Token, str]:
        body = Replacement(
            description=description, expires_at=expires_at, old_expires_at=old_expires_at
        )
        answer = replace_token.sync(workspace_id, token_id, client=self.client, body=body)
        created = expect(CreatedToken, answer)
        return token_of(created.token), created.secret

    def revoke_own_token(self) -> None:
        expect(type(None), revoke_own_token.sync(client=self.client))

    def last_action(self, workspace_id: str, since: str) -> str:
        answer = list_audit_events.sync(
            workspace_id, client=self.client, since=since, limit=1
        )
        return expect(AuditEventList, answer).events[0].action

    def report_leaked_token(self, secret: str, url: str) -> None:
        body = LeakReport(tokens=[LeakedToken(secret=secret, url=url)])
        expect(type(None), report_leaked_tokens.sync(client=self.client, body=body))


converse(Inbox, refusal_of)
