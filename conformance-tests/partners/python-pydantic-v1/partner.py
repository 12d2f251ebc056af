from datetime import datetime

import adraa_inbox
from conversation import Refusal, Token, Workspace, converse


def refusal_of(failure: Exception) -> Refusal | None:
    if not isinstance(failure, adraa_inbox.ApiException):
        return None
    error = adraa_inbox.ErrorResponse.from_json(failure.body).error
    return Refusal(error.code, error.details[0].field if error.details else None)


def token_of(token: adraa_inbox.ApiToken) -> Token:
    return Token(token.id, token.name, token.prefix, token.status, token.replaces)


class Inbox:
    def __init__(self, base_url: str, secret: str | None) -> None:
        configuration = adraa_inbox.Configuration(host=base_url, access_token=secret)
        client = adraa_inbox.ApiClient(configuration)
        self.verification = adraa_inbox.VerificationApi(client)
        self.sign_in_codes = adraa_inbox.SignInCodesApi(client)
        self.sessions = adraa_inbox.SessionApi(client)
        self.tokens = adraa_inbox.TokensApi(client)
        self.audit_events = adraa_inbox.AuditEventsApi(client)
        self.leaked_tokens = adraa_inbox.LeakedTokensApi(client)

    def verify_token(self) -> tuple[str, str]:
        verified = self.verification.verify_token()
        return verified.company.name, verified.token.name

    def request_sign_in_code(self, email: str) -> None:
        request = adraa_inbox.SignInCodeRequest(email=email)
        self.sign_in_codes.request_sign_in_code(request)

    def sign_in(self, email: str, code: str) -> str | None:
        attempt = adraa_inbox.SignInAttempt(email=email, code=code, credential="bearer")
        secret = self.sessions.sign_in(attempt).secret
        return secret.get_secret_value() if secret else None

    def get_session(self) -> tuple[str, Workspace]:
        session = self.sessions.get_session().session
        workspace = session.workspaces[0]
        return session.agent.nickname, Workspace(workspace.id, workspace.name, workspace.role)

    def sign_out(self) -> None:
        self.sessions.sign_out()

    def create_token(self, workspace_id: str, name: str) -> tuple[Token, str]:
        token = adraa_inbox.NewToken(name=name)
        created = self.tokens.create_token(workspace_id, token)
        return token_of(created.token), created.secret.get_secret_value()

    def list_tokens(
        self, workspace_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Token], str | None]:
        page = self.tokens.list_tokens(workspace_id, limit=limit, cursor=cursor)
        return [token_of(token) for token in page.tokens], page.next_cursor

    def get_token(self, workspace_id: str, token_id: str) -> Token:
        return token_of(self.tokens.get_token(workspace_id, token_id).token)

    def revoke_token(self, workspace_id: str, token_id: str) -> Token:
        return token_of(self.tokens.revoke_token(workspace_id, token_id).token)

    def rename_token(self, workspace_id: str, token_id: str, name: str) -> Token:
        changes = adraa_inbox.TokenChanges(name=name)
        return token_of(self.tokens.update_token(workspace_id, token_id, changes).token)

    def used_days(self, workspace_id: str, token_id: str, days: int) -> int:
        used = self.tokens.get_token_usage(workspace_id, token_id, days=days)
        return len(used.usage.days)

    def replace_token(
        self,
        workspace_id: str,
        token_id: str,
        description: str,
        expires_at: datetime,
        old_expires_at: datetime,
    ) -> tuple[Token, str]:
        replacement = adraa_inbox.Replacement(
            description=description, expiresAt=expires_at, oldExpiresAt=old_expires_at
        )
        created = self.tokens.replace_token(workspace_id, token_id, replacement)
        return token_of(created.token), created.secret.get_secret_value()

    def revoke_own_token(self) -> None:
        self.verification.revoke_own_token()

    def last_action(self, workspace_id: str, since: str) -> str:
        page = self.audit_events.list_audit_events(workspace_id, since=since, limit=1)
        return page.events[0].action

    def report_leaked_token(self, secret: str, url: str) -> None:
        found = adraa_inbox.LeakedToken(secret=secret, url=url)
        report = adraa_inbox.LeakReport(tokens=[found])
        self.leaked_tokens.report_leaked_tokens(report)


converse(Inbox, refusal_of)
