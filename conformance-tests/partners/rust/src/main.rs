//! The whole life of a token, with the client that OpenAPI Generator generates.

use inbox::apis::configuration::Configuration;
use inbox::apis::session_api::{GetSessionError, get_session, sign_in, sign_out};
use inbox::apis::sign_in_codes_api::request_sign_in_code;
use inbox::apis::tokens_api::{
    CreateTokenError, create_token, get_token, list_tokens, revoke_token,
};
use inbox::apis::verification_api::{VerifyTokenError, verify_token};
use inbox::apis::{Error, ResponseContent};
use inbox::models::{CreateTokenRequest, SignInCodeRequest, SignInRequest};
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{COOKIE, HeaderMap};
use std::env;
use std::io;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base_url = env::var("ADRAA_BASE_URL")?;
    let email = env::var("ADRAA_EMAIL")?;

    let jar = Arc::new(Jar::default());
    let anonymous = Configuration {
        base_path: base_url.clone(),
        client: reqwest::Client::builder()
            .cookie_provider(jar.clone())
            .build()?,
        ..Configuration::default()
    };
    // A refusal is always Status400: the first variant that fits, and all bodies have the same form.
    let VerifyTokenError::Status400(missing) = refusal(verify_token(&anonymous).await)? else {
        return Err("not the error envelope".into());
    };
    println!("missing token: {}", missing.error.code);

    request_sign_in_code(&anonymous, SignInCodeRequest::new(email.clone())).await?;
    println!("sign-in code: sent");
    let mut code = String::new();
    io::stdin().read_line(&mut code)?;

    sign_in(
        &anonymous,
        SignInRequest::new(email, code.trim().to_owned()),
    )
    .await?;
    let session_cookie = jar.cookies(&base_url.parse()?).ok_or("no session")?;
    let headers = HeaderMap::from_iter([(COOKIE, session_cookie)]);
    let console = Configuration {
        base_path: base_url.clone(),
        client: reqwest::Client::builder()
            .default_headers(headers)
            .build()?,
        ..Configuration::default()
    };

    let session = get_session(&console).await?.session;
    let workspace = &session.workspaces[0];
    println!(
        "signed in: {}, {} of {}",
        session.agent.nickname, workspace.role, workspace.name
    );

    let create = async |name: &str| {
        create_token(
            &console,
            &workspace.id,
            CreateTokenRequest::new(name.to_owned()),
        )
        .await
    };
    let created = create("CRM integration").await?;
    let token = created.token;
    println!("created: {} {} {}", token.name, token.prefix, token.status);

    let api = Configuration {
        base_path: base_url,
        bearer_access_token: Some(created.secret),
        ..Configuration::default()
    };
    let verified = verify_token(&api).await?;
    println!(
        "verified: {}, {}",
        verified.company.name, verified.token.name
    );

    let CreateTokenError::Status400(refused) = refusal(create("   ").await)? else {
        return Err("not the error envelope".into());
    };
    let details = refused.error.details.ok_or("no details")?;
    println!("refused name: {} {}", refused.error.code, details[0].field);

    create("Order notifications").await?;
    create("Reports").await?;

    let mut page = list_tokens(&console, &workspace.id, None, Some(2), None).await?;
    let (mut tokens, mut pages) = (page.tokens.len(), 1);
    while let Some(cursor) = page.next_cursor {
        page = list_tokens(&console, &workspace.id, None, Some(2), Some(&cursor)).await?;
        tokens += page.tokens.len();
        pages += 1;
    }
    println!("listed: {tokens} tokens on {pages} pages");

    let got = get_token(&console, &workspace.id, &token.id).await?.token;
    println!("got: {} {}", got.name, got.status);

    let revoked = revoke_token(&console, &workspace.id, &token.id)
        .await?
        .token;
    println!("revoked: {} {}", revoked.name, revoked.status);

    let VerifyTokenError::Status400(closed) = refusal(verify_token(&api).await)? else {
        return Err("not the error envelope".into());
    };
    println!("revoked token: {}", closed.error.code);

    sign_out(&console).await?;
    println!("signed out");

    let GetSessionError::Status400(gone) = refusal(get_session(&console).await)? else {
        return Err("not the error envelope".into());
    };
    println!("without session: {}", gone.error.code);
    Ok(())
}

/// What the server refused with; any other end of the call is an error.
fn refusal<T, E: std::fmt::Debug + 'static>(
    answer: Result<T, Error<E>>,
) -> Result<E, Box<dyn std::error::Error>> {
    match answer {
        Err(Error::ResponseError(ResponseContent {
            entity: Some(entity),
            ..
        })) => Ok(entity),
        Err(other) => Err(other.into()),
        Ok(_) => Err("not refused".into()),
    }
}
