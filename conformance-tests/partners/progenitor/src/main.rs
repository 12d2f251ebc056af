//! The whole life of a token, with the client that progenitor generates.

mod inbox {
    progenitor::generate_api!(spec = "openapi.yaml");
}

use inbox::types::{ErrorBody, CreateTokenRequest, CreatedToken, ErrorResponse};
use inbox::types::{SignInCodeRequest, SignInRequest};
use inbox::{Client, ResponseValue};
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, SET_COOKIE};
use std::env;
use std::error::Error;
use std::io;

type Answer<T> = Result<ResponseValue<T>, inbox::Error<ErrorResponse>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base_url = env::var("ADRAA_BASE_URL")?;
    let email = env::var("ADRAA_EMAIL")?;

    let anonymous = Client::new(&base_url);
    let missing = refusal(anonymous.verify_token().await)?;
    println!("missing token: {}", *missing.code);

    let whom = SignInCodeRequest {
        email: email.parse()?,
    };
    anonymous.request_sign_in_code(&whom).await?;
    println!("sign-in code: sent");
    let mut code = String::new();
    io::stdin().read_line(&mut code)?;

    let credentials = SignInRequest {
        email: email.parse()?,
        code: code.trim().parse()?,
    };
    let signed_in = anonymous.sign_in(&credentials).await?;
    let set_cookie = signed_in
        .headers()
        .get(SET_COOKIE)
        .ok_or("no session")?
        .to_str()?;
    let (session_cookie, _) = set_cookie.split_once(';').ok_or("no session")?;
    let console = client_with(&base_url, COOKIE, session_cookie)?;

    let session = console.get_session().await?.into_inner().session;
    let workspace = &session.workspaces[0];
    println!(
        "signed in: {}, {} of {}",
        *session.agent.nickname, workspace.role, workspace.name
    );

    let created = create(&console, &workspace.id, "CRM integration")
        .await?
        .into_inner();
    let token = created.token;
    println!(
        "created: {} {} {}",
        *token.name, *token.prefix, token.status
    );

    let bearer = format!("Bearer {}", *created.secret);
    let api = client_with(&base_url, AUTHORIZATION, &bearer)?;
    let verified = api.verify_token().await?.into_inner();
    println!(
        "verified: {}, {}",
        verified.company.name, *verified.token.name
    );

    let refused = refusal(create(&console, &workspace.id, "   ").await)?;
    println!(
        "refused name: {} {}",
        *refused.code, refused.details[0].field
    );

    create(&console, &workspace.id, "Order notifications").await?;
    create(&console, &workspace.id, "Reports").await?;

    let limit = Some(2.try_into()?);
    let mut page = console
        .list_tokens(&workspace.id, None, limit, None)
        .await?
        .into_inner();
    let (mut tokens, mut pages) = (page.tokens.len(), 1);
    while let Some(next) = page.next_cursor {
        let cursor = next.parse()?;
        page = console
            .list_tokens(&workspace.id, Some(&cursor), limit, None)
            .await?
            .into_inner();
        tokens += page.tokens.len();
        pages += 1;
    }
    println!("listed: {tokens} tokens on {pages} pages");

    let got = console
        .get_token(&workspace.id, &token.id)
        .await?
        .into_inner()
        .token;
    println!("got: {} {}", *got.name, got.status);

    let revoked = console
        .revoke_token(&workspace.id, &token.id)
        .await?
        .into_inner()
        .token;
    println!("revoked: {} {}", *revoked.name, revoked.status);

    let closed = refusal(api.verify_token().await)?;
    println!("revoked token: {}", *closed.code);

    console.sign_out().await?;
    println!("signed out");

    let gone = refusal(console.get_session().await)?;
    println!("without session: {}", *gone.code);
    Ok(())
}

/// A client that sends the header with every request.
fn client_with(base_url: &str, name: HeaderName, value: &str) -> Result<Client, Box<dyn Error>> {
    let headers = HeaderMap::from_iter([(name, value.parse()?)]);
    let http = reqwest::Client::builder()
        .default_headers(headers)
        .build()?;
    Ok(Client::new_with_client(base_url, http))
}

async fn create(console: &Client, workspace_id: &str, name: &str) -> Answer<CreatedToken> {
    let name = name
        .parse()
        .map_err(|e| inbox::Error::InvalidRequest(format!("{e}")))?;
    console
        .create_token(workspace_id, &CreateTokenRequest { name })
        .await
}

/// Why the server refused; any other end of the call is an error.
fn refusal<T>(answer: Answer<T>) -> Result<ErrorBody, Box<dyn Error>> {
    match answer {
        Err(inbox::Error::ErrorResponse(body)) => Ok(body.into_inner().error),
        Err(other) => Err(other.into()),
        Ok(_) => Err("not refused".into()),
    }
}
