import adraa_inbox
from conversation import Refusal, Token, Workspace, converse


def refusal_of(failure: Exception) -> Refusal | None:
    if not isinstance(failure, adraa_inbox.ApiException):
        return None
    error = adraa_inbox.ErrorResponse.from_json(failure.body).error
    return Refusal(error.code, error.details[0].field if error.details else None)


def token_of(token: adraa_inbox.ApiToken) -> Token:
    return Token(token.id, token.name, token.prefix, token.status)


class Inbox:
    def __init__(self, base_url: str, secret: str | None) -> None:
        configuration = adraa_inbox.Configuration(host=base_url, access_token=secret)
        client = adraa_inbox.ApiClient(configuration)
        self.verification = adraa_inbox.VerificationApi(client)
        self.sign_in_codes = adraa_inbox.SignInCodesApi(client)
        self.sessions = adraa_inbox.SessionApi(client)
        self.tokens = adraa_inbox.TokensApi(client)

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


converse(Inbox, refusal_of)
