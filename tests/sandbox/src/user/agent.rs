//! The user's hands: requests, cookies, and one redirect at a time.

use crate::user::page::{Form, Page};
use http::{StatusCode, header};
use reqwest::{Client, RequestBuilder, Response};
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(20);

/// What the user does on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Types the password, picks a type if one is given, and confirms.
    Confirm {
        /// The transaction password (交易密码).
        password: String,
        /// D0, D1, T1 or DM; `None` takes what the page preselects.
        cash_type: Option<String>,
    },
    /// Changes their mind.
    Cancel,
}

impl Choice {
    /// Confirms with what the page preselects.
    #[must_use]
    pub fn confirm(password: &str) -> Self {
        Self::Confirm {
            password: password.to_owned(),
            cash_type: None,
        }
    }
}

/// The journey did not go on as a user needs it to.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// No answer, or half of one.
    #[error("the request failed")]
    Request(#[from] reqwest::Error),
    /// A page was shown where a redirect was due: its status and text, for the test to look at.
    #[error("a page with status {} was shown instead", .0.status)]
    Shown(Box<Page>),
    /// The page has no form with such a button.
    #[error("the page at {0} has no form for {1}")]
    NoForm(Url, &'static str),
    /// The page does not offer this cash type.
    #[error("the page does not offer {0}")]
    NotOffered(String),
    /// A redirect without a usable Location.
    #[error("a redirect leads nowhere")]
    NoLocation,
}

/// A user with a cookie jar.
#[derive(Clone, Debug)]
pub struct UserAgent {
    client: Client,
    cookies: BTreeMap<String, String>,
}

impl UserAgent {
    /// A user who was never here before.
    pub fn new() -> Result<Self, UserError> {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .no_proxy()
            .build()?;
        Ok(Self {
            client,
            cookies: BTreeMap::new(),
        })
    }

    /// The whole way: from the partner's signed form to the address at the partner where the user
    /// ends up. That address is not fetched; `PartnerHandle::verify_return` judges it.
    pub async fn withdraw(
        &mut self,
        withdraw_url: &str,
        form: &[(String, String)],
        choice: &Choice,
    ) -> Result<Url, UserError> {
        let page = self.open(withdraw_url, form).await?;
        self.finish(&page, choice).await
    }

    /// Posts the signed form and follows the 303 to the hosted page.
    pub async fn open(
        &mut self,
        withdraw_url: &str,
        form: &[(String, String)],
    ) -> Result<Page, UserError> {
        let answer = self.post(withdraw_url, form).await?;
        let location = redirect_of(answer).await?;
        self.get(&location).await
    }

    /// Fetches a page.
    pub async fn get(&mut self, url: &Url) -> Result<Page, UserError> {
        let answer = self.send(self.client.get(url.clone())).await?;
        read_page(answer).await
    }

    /// Confirms or cancels; where the user is sent then: to the result, or to the partner.
    pub async fn decide(&mut self, page: &Page, choice: &Choice) -> Result<Url, UserError> {
        let (action, form) = fill(page, choice)?;
        self.submit(form.with("action", action)).await
    }

    /// Confirms or cancels, looks at the result if there is one, and goes back; where the user ends
    /// up at the partner. That address is not fetched.
    pub async fn finish(&mut self, page: &Page, choice: &Choice) -> Result<Url, UserError> {
        let location = self.decide(page, choice).await?;
        if location.origin() != page.url.origin() {
            return Ok(location);
        }
        let result = self.get(&location).await?;
        self.go_back(&result).await
    }

    /// Presses the button that leads back to the partner; where the user ends up.
    pub async fn go_back(&mut self, page: &Page) -> Result<Url, UserError> {
        let Some(link) = page.link("back") else {
            return Err(UserError::Shown(Box::new(page.clone())));
        };
        if link.origin() != page.url.origin() {
            return Ok(link);
        }
        let answer = self.send(self.client.get(link)).await?;
        redirect_of(answer).await
    }

    /// Sends a form as it is; where the user is sent then.
    pub async fn submit(&mut self, form: Form) -> Result<Url, UserError> {
        let answer = self.post(form.action.as_str(), &form.fields).await?;
        redirect_of(answer).await
    }

    /// Posts fields and returns the bare answer, for tests that look at errors.
    pub async fn post(
        &mut self,
        url: &str,
        fields: &[(String, String)],
    ) -> Result<Response, UserError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .client
            .post(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Response, UserError> {
        let request = match self.cookies() {
            cookies if cookies.is_empty() => request,
            cookies => request.header(header::COOKIE, cookies),
        };
        let answer = request.send().await?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    /// `name=value; name=value`, empty for a user without cookies.
    #[must_use]
    pub fn cookies(&self) -> String {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Name and value only. A browser treats loopback as secure, so `Secure` cookies come back
    /// over plain HTTP here too; an empty value or Max-Age=0 deletes.
    fn keep_cookies(&mut self, answer: &Response) {
        for set in answer.headers().get_all(header::SET_COOKIE) {
            let Ok(set) = set.to_str() else { continue };
            let mut parts = set.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            if value.is_empty() || parts.any(|part| part.eq_ignore_ascii_case("max-age=0")) {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn fill(page: &Page, choice: &Choice) -> Result<(&'static str, Form), UserError> {
    let action = match choice {
        Choice::Confirm { .. } => "confirm",
        Choice::Cancel => "cancel",
    };
    let missing = || UserError::NoForm(page.url.clone(), action);
    let mut form = page.form_for(action).ok_or_else(missing)?.clone();
    if let Choice::Confirm {
        password,
        cash_type,
    } = choice
    {
        form = form.with("password", password);
        if let Some(cash_type) = cash_type {
            let wanted = ("cash_type".to_owned(), cash_type.clone());
            if !form.radios.contains(&wanted) {
                return Err(UserError::NotOffered(cash_type.clone()));
            }
            form = form.with("cash_type", cash_type);
        }
    }
    Ok((action, form))
}

async fn redirect_of(answer: Response) -> Result<Url, UserError> {
    if answer.status() != StatusCode::SEE_OTHER {
        return Err(UserError::Shown(Box::new(read_page(answer).await?)));
    }
    let location = answer
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok());
    location
        .and_then(|text| answer.url().join(text).ok())
        .ok_or(UserError::NoLocation)
}

async fn read_page(answer: Response) -> Result<Page, UserError> {
    let (url, status) = (answer.url().clone(), answer.status().as_u16());
    Ok(Page::read(url, status, answer.text().await?))
}
