use crate::{Refusal, Result, Session, Token};
use inbox::types::{
    ApiToken, ErrorResponse, LeakReport, LeakedToken, NewToken, Replacement, SignInAttempt,
    SignInCodeRequest, TokenChanges,
};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use std::error::Error;

mod inbox {
    progenitor::generate_api!(spec = "openapi.yaml");
}

pub struct Client(inbox::Client);

impl Client {
    /// The generator ignores the contract's security schemes.
    pub fn new(base_url: &str, secret: Option<String>) -> Result<Client> {
        let mut headers = HeaderMap::new();
        if let Some(secret) = secret {
            headers.insert(AUTHORIZATION, format!("Bearer {secret}").parse()?);
        }
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .build()?;
        Ok(Client(inbox::Client::new_with_client(base_url, http)))
    }

    pub async fn verify_token(&self) -> Result<(String, String)> {
        let verified = self.0.verify_token().await.map_err(failure)?.into_inner();
        Ok((verified.company.name, verified.token.name.0))
    }

    pub async fn request_sign_in_code(&self, email: &str) -> Result<()> {
        let request = SignInCodeRequest {
            email: email.parse()?,
        };
        let sent = self.0.request_sign_in_code(&request).await;
        sent.map_err(failure)?;
        Ok(())
    }

    pub async fn sign_in(&self, email: &str, code: &str) -> Result<String> {
        let attempt = SignInAttempt {
            email: email.parse()?,
            code: code.parse()?,
            credential: inbox::types::SignInAttemptCredential::Bearer,
        };
        let created = self.0.sign_in(&attempt).await.map_err(failure)?;
        created.into_inner().secret.ok_or("no secret".into())
    }

    pub async fn get_session(&self) -> Result<Session> {
        let current = self.0.get_session().await.map_err(failure)?;
        let session = current.into_inner().session;
        let workspace = &session.workspaces[0];
        Ok(Session {
            nickname: session.agent.nickname.0,
            role: workspace.role.clone(),
            workspace_id: workspace.id.0.clone(),
            workspace: workspace.name.clone(),
        })
    }

    pub async fn sign_out(&self) -> Result<()> {
        self.0.sign_out().await.map_err(failure)?;
        Ok(())
    }

    pub async fn create_token(&self, workspace_id: &str, name: &str) -> Result<(Token, String)> {
        let token = NewToken {
            name: name.parse()?,
            description: None,
            expires_at: None,
        };
        let answer = self.0.create_token(workspace_id, &token).await;
        let created = answer.map_err(failure)?.into_inner();
        Ok((plain(created.token), created.secret))
    }

    pub async fn list_tokens(
        &self,
        workspace_id: &str,
        limit: i32,
        cursor: Option<&str>,
    ) -> Result<(usize, Option<String>)> {
        let limit = Some(std::num::NonZeroU32::try_from(u32::try_from(limit)?)?);
        let answer = self.0.list_tokens(workspace_id, cursor, limit, None, None, None, None).await;
        let page = answer.map_err(failure)?.into_inner();
        Ok((page.tokens.len(), page.next_cursor))
    }

    pub async fn get_token(&self, workspace_id: &str, token_id: &str) -> Result<Token> {
        let got = self.0.get_token(workspace_id, token_id).await;
        Ok(plain(got.map_err(failure)?.into_inner().token))
    }

    pub async fn revoke_token(&self, workspace_id: &str, token_id: &str) -> Result<Token> {
        let revoked = self.0.revoke_token(workspace_id, token_id).await;
        Ok(plain(revoked.map_err(failure)?.into_inner().token))
    }

    pub async fn rename_token(
        &self,
        workspace_id: &str,
        token_id: &str,
        name: &str,
    ) -> Result<Token> {
        let changes = TokenChanges {
            name: Some(name.parse()?),
            ..TokenChanges::default()
        };
        let answer = self.0.update_token(workspace_id, token_id, &changes).await;
        Ok(plain(answer.map_err(failure)?.into_inner().token))
    }

    pub async fn used_days(&self, workspace_id: &str, token_id: &str, days: i32) -> Result<usize> {
        let days = Some(std::num::NonZeroU32::try_from(u32::try_from(days)?)?);
        let answer = self.0.get_token_usage(workspace_id, token_id, days).await;
        Ok(answer.map_err(failure)?.into_inner().usage.days.len())
    }

    pub async fn replace_token(
        &self,
        workspace_id: &str,
        token_id: &str,
        with: crate::Replacement,
    ) -> Result<(Token, String)> {
        let replacement = Replacement {
            description: Some(with.description.parse()?),
            expires_at: Some(with.expires_at),
            old_expires_at: Some(with.old_expires_at),
            ..Replacement::default()
        };
        let answer = self.0.replace_token(workspace_id, token_id, &replacement);
        let created = answer.await.map_err(failure)?.into_inner();
        Ok((plain(created.token), created.secret))
    }

    pub async fn revoke_own_token(&self) -> Result<()> {
        self.0.revoke_own_token().await.map_err(failure)?;
        Ok(())
    }

    pub async fn last_action(&self, workspace_id: &str, since: &str) -> Result<String> {
        let limit = std::num::NonZeroU32::new(1);
        let since = since.parse()?;
        let answer = self
            .0
            .list_audit_events(
                workspace_id,
                None,
                None,
                None,
                limit,
                Some(&since),
                None,
                None,
            )
            .await;
        let page = answer.map_err(failure)?.into_inner();
        Ok(page.events[0].action.clone())
    }

    pub async fn report_leaked_token(&self, secret: &str, url: &str) -> Result<()> {
        let found = LeakedToken {
            secret: secret.parse()?,
            url: Some(url.parse()?),
        };
        let report = LeakReport {
            tokens: vec![found],
        };
        self.0.report_leaked_tokens(&report).await.map_err(failure)?;
        Ok(())
    }
}

fn plain(token: ApiToken) -> Token {
    Token {
        id: token.id.0,
        name: token.name.0,
        prefix: token.prefix,
        status: token.status,
        replaces: token.replaces,
    }
}

fn failure(failure: inbox::Error<ErrorResponse>) -> Box<dyn Error> {
    match failure {
        inbox::Error::ErrorResponse(body) => {
            let error = body.into_inner().error;
            Box::new(Refusal {
                code: error.code,
                field: error.details.first().map_or(String::new(), |d| d.field.clone()),
            })
        }
        other => other.into(),
    }
}
