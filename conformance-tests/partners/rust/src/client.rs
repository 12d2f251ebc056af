use crate::{Refusal, Result, Session, Token};
use inbox::apis::configuration::Configuration;
use inbox::apis::session_api::{get_session, sign_in, sign_out};
use inbox::apis::sign_in_codes_api::request_sign_in_code;
use inbox::apis::tokens_api::{create_token, get_token, list_tokens, revoke_token};
use inbox::apis::verification_api::verify_token;
use inbox::apis::{Error, ResponseContent};
use inbox::models::sign_in_attempt::Credential;
use inbox::models::{ApiToken, ErrorResponse, NewToken, SignInAttempt, SignInCodeRequest};
use std::error;

pub struct Client(Configuration);

impl Client {
    pub fn new(base_url: &str, secret: Option<String>) -> Result<Client> {
        Ok(Client(Configuration {
            base_path: base_url.to_owned(),
            bearer_access_token: secret,
            ..Configuration::default()
        }))
    }

    pub async fn verify_token(&self) -> Result<(String, String)> {
        let verified = verify_token(&self.0).await.map_err(failure)?;
        Ok((verified.company.name, verified.token.name))
    }

    pub async fn request_sign_in_code(&self, email: &str) -> Result<()> {
        request_sign_in_code(&self.0, SignInCodeRequest::new(email.to_owned()))
            .await
            .map_err(failure)
    }

    pub async fn sign_in(&self, email: &str, code: &str) -> Result<String> {
        let attempt = SignInAttempt {
            credential: Some(Credential::Bearer),
            ..SignInAttempt::new(email.to_owned(), code.to_owned())
        };
        let created = sign_in(&self.0, attempt).await.map_err(failure)?;
        created.secret.ok_or("no secret".into())
    }

    pub async fn get_session(&self) -> Result<Session> {
        let session = get_session(&self.0).await.map_err(failure)?.session;
        let workspace = &session.workspaces[0];
        Ok(Session {
            nickname: session.agent.nickname,
            role: workspace.role.clone(),
            workspace_id: workspace.id.clone(),
            workspace: workspace.name.clone(),
        })
    }

    pub async fn sign_out(&self) -> Result<()> {
        sign_out(&self.0).await.map_err(failure)
    }

    pub async fn create_token(&self, workspace_id: &str, name: &str) -> Result<(Token, String)> {
        let created = create_token(&self.0, workspace_id, NewToken::new(name.to_owned()))
            .await
            .map_err(failure)?;
        Ok((plain(created.token), created.secret))
    }

    pub async fn list_tokens(
        &self,
        workspace_id: &str,
        limit: i32,
        cursor: Option<&str>,
    ) -> Result<(usize, Option<String>)> {
        let page = list_tokens(&self.0, workspace_id, None, Some(limit), cursor)
            .await
            .map_err(failure)?;
        Ok((page.tokens.len(), page.next_cursor))
    }

    pub async fn get_token(&self, workspace_id: &str, token_id: &str) -> Result<Token> {
        let got = get_token(&self.0, workspace_id, token_id).await;
        Ok(plain(got.map_err(failure)?.token))
    }

    pub async fn revoke_token(&self, workspace_id: &str, token_id: &str) -> Result<Token> {
        let revoked = revoke_token(&self.0, workspace_id, token_id).await;
        Ok(plain(revoked.map_err(failure)?.token))
    }
}

fn plain(token: ApiToken) -> Token {
    Token {
        id: token.id,
        name: token.name,
        prefix: token.prefix,
        status: token.status,
    }
}

/// All errors have one schema, so one function reads them for all operations and statuses.
fn failure<E: std::fmt::Debug + 'static>(failure: Error<E>) -> Box<dyn error::Error> {
    if let Error::ResponseError(ResponseContent { content, .. }) = &failure
        && let Ok(ErrorResponse { error }) = serde_json::from_str(content)
    {
        let details = error.details.unwrap_or_default();
        return Box::new(Refusal {
            code: error.code,
            field: details.into_iter().next().map_or(String::new(), |d| d.field),
        });
    }
    failure.into()
}
