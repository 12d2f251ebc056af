use crate::{Refusal, Result, Session, Token};
use inbox::apis::audit_events_api::list_audit_events;
use inbox::apis::configuration::Configuration;
use inbox::apis::leaked_tokens_api::report_leaked_tokens;
use inbox::apis::session_api::{get_session, sign_in, sign_out};
use inbox::apis::sign_in_codes_api::request_sign_in_code;
use inbox::apis::tokens_api::{
    create_token, get_token, get_token_usage, list_tokens, replace_token, revoke_token,
    update_token,
};
use inbox::apis::verification_api::{revoke_own_token, verify_token};
use inbox::apis::{Error, ResponseContent};
use inbox::models::sign_in_attempt::Credential;
use inbox::models::{
    ApiToken, ErrorResponse, LeakReport, LeakedToken, NewToken, Replacement, SignInAttempt,
    SignInCodeRequest, TokenChanges,
};
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
        let page = list_tokens(
            &self.0,
            workspace_id,
            None,
            Some(limit),
            cursor,
            None,
            None,
            None,
        )
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

    pub async fn rename_token(
        &self,
        workspace_id: &str,
        token_id: &str,
        name: &str,
    ) -> Result<Token> {
        let changes = TokenChanges {
            name: Some(name.to_owned()),
            ..TokenChanges::new()
        };
        let changed = update_token(&self.0, workspace_id, token_id, changes).await;
        Ok(plain(changed.map_err(failure)?.token))
    }

    pub async fn used_days(&self, workspace_id: &str, token_id: &str, days: i32) -> Result<usize> {
        let used = get_token_usage(&self.0, workspace_id, token_id, Some(days)).await;
        Ok(used.map_err(failure)?.usage.days.len())
    }

    pub async fn replace_token(
        &self,
        workspace_id: &str,
        token_id: &str,
        with: crate::Replacement,
    ) -> Result<(Token, String)> {
        let replacement = Replacement {
            description: Some(with.description.to_owned()),
            expires_at: Some(with.expires_at.fixed_offset()),
            old_expires_at: Some(with.old_expires_at.fixed_offset()),
            ..Replacement::new()
        };
        let created = replace_token(&self.0, workspace_id, token_id, replacement)
            .await
            .map_err(failure)?;
        Ok((plain(created.token), created.secret))
    }

    pub async fn revoke_own_token(&self) -> Result<()> {
        revoke_own_token(&self.0).await.map_err(failure)
    }

    pub async fn last_action(&self, workspace_id: &str, since: &str) -> Result<String> {
        let page = list_audit_events(
            &self.0,
            workspace_id,
            None,
            None,
            None,
            Some(since),
            None,
            Some(1),
            None,
        )
        .await
        .map_err(failure)?;
        Ok(page.events[0].action.clone())
    }

    pub async fn report_leaked_token(&self, secret: &str, url: &str) -> Result<()> {
        let found = LeakedToken {
            url: Some(url.to_owned()),
            ..LeakedToken::new(secret.to_owned())
        };
        report_leaked_tokens(&self.0, LeakReport::new(vec![found]))
            .await
            .map_err(failure)
    }
}

fn plain(token: ApiToken) -> Token {
    Token {
        id: token.id,
        name: token.name,
        prefix: token.prefix,
        status: token.status,
        replaces: token.replaces,
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
