//! The whole life of a token. What differs between the generators is in `client`.

mod client;

use chrono::{DateTime, TimeDelta, Utc};
use client::Client;
use std::env;
use std::error::Error;
use std::fmt;
use std::io;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Session {
    nickname: String,
    role: String,
    workspace_id: String,
    workspace: String,
}

struct Token {
    id: String,
    name: String,
    prefix: String,
    status: String,
    replaces: Option<String>,
}

struct Replacement {
    description: &'static str,
    expires_at: DateTime<Utc>,
    old_expires_at: DateTime<Utc>,
}

/// Why the server refused a call.
#[derive(Debug)]
struct Refusal {
    code: String,
    field: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.code)
    }
}

impl Error for Refusal {}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let base_url = env::var("ADRAA_BASE_URL")?;
    let email = env::var("ADRAA_EMAIL")?;

    let anonymous = Client::new(&base_url, None)?;
    let missing = refused(anonymous.verify_token().await)?;
    println!("missing token: {}", missing.code);

    anonymous.request_sign_in_code(&email).await?;
    println!("sign-in code: sent");
    let mut code = String::new();
    io::stdin().read_line(&mut code)?;

    let secret = anonymous.sign_in(&email, code.trim()).await?;
    let console = Client::new(&base_url, Some(secret))?;
    let session = console.get_session().await?;
    println!(
        "signed in: {}, {} of {}",
        session.nickname, session.role, session.workspace
    );
    let workspace_id = session.workspace_id;

    let (token, secret) = console
        .create_token(&workspace_id, "CRM integration")
        .await?;
    println!("created: {} {} {}", token.name, token.prefix, token.status);

    let integration = Client::new(&base_url, Some(secret))?;
    let (company, name) = integration.verify_token().await?;
    println!("verified: {company}, {name}");

    let invalid = refused(console.create_token(&workspace_id, "   ").await)?;
    println!("refused name: {} {}", invalid.code, invalid.field);

    let (_, leaked) = console
        .create_token(&workspace_id, "Order notifications")
        .await?;
    console.create_token(&workspace_id, "Reports").await?;
    let (mut tokens, mut next_cursor) = console.list_tokens(&workspace_id, 2, None).await?;
    let mut pages = 1;
    while let Some(cursor) = next_cursor {
        let (more, next) = console.list_tokens(&workspace_id, 2, Some(&cursor)).await?;
        tokens += more;
        pages += 1;
        next_cursor = next;
    }
    println!("listed: {tokens} tokens on {pages} pages");

    let got = console.get_token(&workspace_id, &token.id).await?;
    println!("got: {} {}", got.name, got.status);

    if env::var("ADRAA_API_VERSION")? != "1.0" {
        let changed = console
            .rename_token(&workspace_id, &token.id, "CRM integration (EU)")
            .await?;
        println!("changed: {}", changed.name);

        let days = console.used_days(&workspace_id, &token.id, 7).await?;
        println!("usage: {days} days");

        let now = Utc::now();
        let replacement = Replacement {
            description: "Stored in the vault",
            expires_at: now + TimeDelta::days(365),
            old_expires_at: now + TimeDelta::days(7),
        };
        let (replaced, new_secret) = console
            .replace_token(&workspace_id, &token.id, replacement)
            .await?;
        let replaces = replaced.replaces.unwrap_or_default();
        println!("replaced: {} {}", replaced.name, replaces);

        let renewed = Client::new(&base_url, Some(new_secret))?;
        let (company, name) = renewed.verify_token().await?;
        println!("verified: {company}, {name}");
        renewed.revoke_own_token().await?;
        let closed = refused(renewed.verify_token().await)?;
        println!("revoked itself: {}", closed.code);

        let an_hour_ago = (now - TimeDelta::hours(1)).to_rfc3339();
        let action = console.last_action(&workspace_id, &an_hour_ago).await?;
        println!("last event: {action}");

        let url = "https://git.example/acme/shop/blob/main/.env";
        anonymous.report_leaked_token(&leaked, url).await?;
        let reported = Client::new(&base_url, Some(leaked))?;
        let closed = refused(reported.verify_token().await)?;
        println!("reported: {}", closed.code);
    }

    let revoked = console.revoke_token(&workspace_id, &token.id).await?;
    println!("revoked: {} {}", revoked.name, revoked.status);

    let closed = refused(integration.verify_token().await)?;
    println!("revoked token: {}", closed.code);

    console.sign_out().await?;
    println!("signed out");

    let gone = refused(console.get_session().await)?;
    println!("without session: {}", gone.code);
    Ok(())
}

/// Why the server refused; any other end of the call is an error.
fn refused<T>(answer: Result<T>) -> Result<Box<Refusal>> {
    match answer {
        Err(failure) => failure.downcast(),
        Ok(_) => Err("not refused".into()),
    }
}
